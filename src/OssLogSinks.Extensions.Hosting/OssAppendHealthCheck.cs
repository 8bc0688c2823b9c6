using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Extensions.Hosting;

/// <summary>
/// Reports whether events reach OSS. It reads snapshots and never calls OSS itself. The states are:
/// delivering (healthy);
/// failing (degraded): a request or the buffer on disk failed, and delivery does not work again yet, or an NLog target could not start; the
/// description says what failed and what to do;
/// delayed (degraded): an event has waited as long as <see cref="OssAppendHealthCheckOptions.DelayedAfter"/>, but the check saw no loss lately;
/// losing (the registration's failure status, unhealthy by default): the check saw a loss within the last
/// <see cref="OssAppendHealthCheckOptions.LosingFor"/>; losses before its first look count as seen then.
/// If no sink is open and no closed one is losing, the result is degraded, without a state.
/// </summary>
/// <remarks>
/// The result's data contains: <c>state</c>; <c>name</c> (of the sink); <c>oldestUndeliveredSeconds</c>; <c>accepted</c>, <c>delivered</c>,
/// <c>dropped</c> and <c>dropped.REASON</c>, <c>replaced</c>, <c>quarantined</c> (events); <c>deliveredBytes</c>, <c>memoryBytes</c> and
/// <c>bufferBytes</c>; <c>appends</c> and <c>retries</c> (requests). After a failure it also contains <c>lastFailure</c>, <c>lastFailureKind</c>,
/// <c>lastFailureTime</c>, <c>lastFailureAdvice</c> and <c>failures</c> (number since delivery last worked); during a failure
/// <c>troubleSince</c>; after a loss <c>secondsSinceLoss</c>. For a sink that has closed after a loss, it contains only <c>state</c>, <c>name</c>,
/// <c>lost</c> and <c>secondsSinceLoss</c>. Keep one instance for as long as the sink lives, because the instance remembers
/// when it saw the last loss. With several sinks, the data contains the numbers of each under its name. Thread-safe.
/// </remarks>
public sealed class OssAppendHealthCheck : IHealthCheck
{
    private readonly Func<IEnumerable<(object Sink, DeliverySnapshot Snapshot)>> _sinks;
    private readonly Func<IReadOnlyDictionary<string, long>> _lossesOfClosed;
    private readonly LossHistory _losses;
    private readonly string? _sink;
    private readonly TimeSpan _delayedAfter;

    /// <summary>Creates a health check of the sinks, targets and logger providers of this process that are open when it is asked.</summary>
    /// <param name="sink">The name of one of them (<see cref="DeliverySnapshot.Name"/>); null for all, of which the worst counts.</param>
    /// <param name="options">When the check reports which state; null for the defaults.</param>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public OssAppendHealthCheck(string? sink, OssAppendHealthCheckOptions? options = null)
        : this(() => OssAppendMonitors.OpenOf(sink).Select(monitor => ((object)monitor, monitor.GetSnapshot())), () => OssAppendMonitors.LossesOfClosed(sink), options) =>
        _sink = sink;

    /// <summary>Creates a health check of one appender.</summary>
    /// <param name="snapshot">
    /// Returns the counters: the <c>GetSnapshot</c> of an <c>OssAppendMonitor</c> (Serilog), an <c>OssAppendTarget</c> (NLog) or an
    /// <see cref="OssAppender"/>.
    /// </param>
    /// <param name="options">When the check reports which state; null for the defaults.</param>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public OssAppendHealthCheck(Func<DeliverySnapshot> snapshot, OssAppendHealthCheckOptions? options = null)
        : this(() => [(snapshot, snapshot())], () => new Dictionary<string, long>(), options)
    {
        if (snapshot is null)
            throw new ArgumentNullException(nameof(snapshot));
    }

    private OssAppendHealthCheck(
        Func<IEnumerable<(object Sink, DeliverySnapshot Snapshot)>> sinks, Func<IReadOnlyDictionary<string, long>> lossesOfClosed, OssAppendHealthCheckOptions? options)
    {
        options ??= new OssAppendHealthCheckOptions();
        options.Require();
        (_sinks, _lossesOfClosed, _delayedAfter) = (sinks, lossesOfClosed, options.DelayedAfter);
        _losses = new LossHistory(() => new LossWatch(options.LosingFor, options.TimeProvider));
    }

    /// <summary>Evaluates the current snapshots.</summary>
    /// <param name="context">Contains the status to report after a loss.</param>
    /// <param name="cancellationToken">Not used: the check does not wait.</param>
    /// <returns>The status, a description, and the numbers behind it; with several sinks, the numbers of each under its name.</returns>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (context is null)
            throw new ArgumentNullException(nameof(context));

        var failureStatus = context.Registration?.FailureStatus ?? HealthStatus.Unhealthy;
        var sinks = _sinks().ToList();
        var (open, closed) = _losses.Look([.. sinks.Select(sink => (sink.Sink, sink.Snapshot.Name, LostBy(sink.Snapshot)))], _lossesOfClosed());
        var results = sinks.Select((sink, i) => (sink.Snapshot.Name, Result: Judge(sink.Snapshot, open[i], failureStatus)))
            .Concat(closed.Select(loss => (loss.Name, Result: Closed(loss.Name, loss.Lost, loss.Since, failureStatus)))).ToList();
        return Task.FromResult(results.Count switch
        {
            0 => HealthCheckResult.Degraded($"Nothing logs to OSS: {(_sink is null ? "no sink of this process" : $"no sink named '{_sink}'")} is open. It may not have started, or it may have closed."),
            1 => results[0].Result,
            _ => new HealthCheckResult(
                results.Min(result => result.Result.Status),
                string.Join(" ", results.Select(result => $"{result.Name}: {result.Result.Description}")),
                data: results.GroupBy(result => result.Name).SelectMany(Numbered).ToDictionary(result => result.Name, result => (object)result.Data)),
        });
    }

    // Names are unique, except those of a target that could not start and of monitors that users add.
    private static IEnumerable<(string Name, IReadOnlyDictionary<string, object> Data)> Numbered(IGrouping<string, (string Name, HealthCheckResult Result)> sinks) =>
        sinks.Select((sink, i) => (i == 0 ? sink.Name : $"{sink.Name} ({i + 1})", sink.Result.Data));

    private static long LostBy(DeliverySnapshot snapshot) => snapshot.DroppedTotal + snapshot.QuarantinedRecords;

    private static HealthCheckResult Closed(string name, long lost, TimeSpan since, HealthStatus failureStatus) => new(
        failureStatus,
        $"Losing: {lost.ToString(CultureInfo.InvariantCulture)} event(s) were dropped a short time ago by a sink that has closed since.",
        data: new Dictionary<string, object> { ["state"] = "losing", ["name"] = name, ["lost"] = lost, ["secondsSinceLoss"] = since.TotalSeconds });

    private HealthCheckResult Judge(DeliverySnapshot snapshot, TimeSpan? sinceLoss, HealthStatus failureStatus)
    {
        if (sinceLoss is { } since)
        {
            var data = HealthNumbers.Of("losing", snapshot);
            data.Add("secondsSinceLoss", since.TotalSeconds);
            var trouble = snapshot.TroubleSince is { } lossTime ? " There is trouble " + HealthNumbers.TroubleOf(snapshot, lossTime) : "";
            return new HealthCheckResult(failureStatus, $"Losing: {HealthNumbers.LossesOf(snapshot)} since the start, the last ones a short time ago.{trouble}", data: data);
        }

        if (snapshot.TroubleSince is { } troubleTime)
            return HealthCheckResult.Degraded("Failing " + HealthNumbers.TroubleOf(snapshot, troubleTime), data: HealthNumbers.Of("failing", snapshot));

        return snapshot.OldestUndelivered >= _delayedAfter
            ? HealthCheckResult.Degraded($"Delayed: the oldest undelivered event has waited {HealthNumbers.Seconds(snapshot.OldestUndelivered)} s.", data: HealthNumbers.Of("delayed", snapshot))
            : HealthCheckResult.Healthy("Delivering.", HealthNumbers.Of("delivering", snapshot));
    }
}
