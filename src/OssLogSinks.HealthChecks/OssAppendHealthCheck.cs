using Microsoft.Extensions.Diagnostics.HealthChecks;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.HealthChecks;

/// <summary>
/// Reports whether events reach OSS. It reads a snapshot and never calls OSS itself. The states are:
/// delivering (healthy);
/// failing (degraded): a request or the buffer on disk failed, and delivery does not work again yet; the description says what failed and what to do;
/// delayed (degraded): events wait, none is lost;
/// losing (the registration's failure status, unhealthy by default): events were lost a short time ago.
/// </summary>
/// <remarks>
/// The result's data contains: <c>state</c>; <c>name</c> (of the sink); <c>oldestUndeliveredSeconds</c>; <c>accepted</c>, <c>delivered</c>,
/// <c>dropped</c> and <c>dropped.REASON</c>, <c>replaced</c>, <c>quarantined</c> (events); <c>deliveredBytes</c>, <c>memoryBytes</c> and
/// <c>bufferBytes</c>; <c>appends</c> and <c>retries</c> (requests). After a failure it also contains <c>lastFailure</c>, <c>lastFailureKind</c>,
/// <c>lastFailureTime</c>, <c>lastFailureAdvice</c> and <c>failures</c> (number since delivery last worked); during a failure
/// <c>troubleSince</c>; after a loss <c>secondsSinceLoss</c>. Keep one instance for as long as the sink lives, because the instance remembers
/// when it saw the last loss. Thread-safe.
/// </remarks>
public sealed class OssAppendHealthCheck : IHealthCheck
{
    private readonly Func<DeliverySnapshot> _snapshot;
    private readonly TimeSpan _delayedAfter;
    private readonly LossWatch _losses;

    /// <summary>Creates a health check.</summary>
    /// <param name="snapshot">
    /// Returns the counters: the <c>GetSnapshot</c> of an <c>OssAppendMonitor</c> (Serilog), an <c>OssAppendTarget</c> (NLog) or an
    /// <see cref="OssAppender"/>.
    /// </param>
    /// <param name="options">When the check reports which state; null for the defaults.</param>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public OssAppendHealthCheck(Func<DeliverySnapshot> snapshot, OssAppendHealthCheckOptions? options = null)
    {
        options ??= new OssAppendHealthCheckOptions();
        options.Require();
        _snapshot = snapshot ?? throw new ArgumentNullException(nameof(snapshot));
        _delayedAfter = options.DelayedAfter;
        _losses = new LossWatch(options.LosingFor, options.TimeProvider);
    }

    /// <summary>Evaluates the current snapshot.</summary>
    /// <param name="context">Contains the status to report after a loss.</param>
    /// <param name="cancellationToken">Not used: the check does not wait.</param>
    /// <returns>The status, a description, and the numbers behind it.</returns>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (context is null)
            throw new ArgumentNullException(nameof(context));

        var snapshot = _snapshot();
        var sinceLoss = _losses.Look(snapshot.DroppedTotal + snapshot.QuarantinedRecords);
        return Task.FromResult(Judge(snapshot, sinceLoss, context.Registration?.FailureStatus ?? HealthStatus.Unhealthy));
    }

    private HealthCheckResult Judge(DeliverySnapshot snapshot, TimeSpan? sinceLoss, HealthStatus failureStatus)
    {
        if (sinceLoss is { } since)
        {
            var data = HealthNumbers.Of("losing", snapshot);
            data.Add("secondsSinceLoss", since.TotalSeconds);
            var trouble = snapshot.TroubleSince is { } lossTime ? " There is trouble " + HealthNumbers.TroubleOf(snapshot, lossTime) : "";
            return new HealthCheckResult(failureStatus, $"Losing: {HealthNumbers.LossesOf(snapshot)} since the start, the last of them a short time ago.{trouble}", data: data);
        }

        if (snapshot.TroubleSince is { } troubleTime)
            return HealthCheckResult.Degraded("Failing " + HealthNumbers.TroubleOf(snapshot, troubleTime), data: HealthNumbers.Of("failing", snapshot));

        return snapshot.OldestUndelivered >= _delayedAfter
            ? HealthCheckResult.Degraded($"Delayed: the oldest undelivered event has waited {HealthNumbers.Seconds(snapshot.OldestUndelivered)} s.", data: HealthNumbers.Of("delayed", snapshot))
            : HealthCheckResult.Healthy("Delivering.", HealthNumbers.Of("delivering", snapshot));
    }
}
