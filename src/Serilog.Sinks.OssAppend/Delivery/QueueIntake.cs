using OssLogSinks.Core;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Diagnostics;
using Serilog.Sinks.PeriodicBatching;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Queues events, at the cost of one bounded enqueue a log call, and renders them in the background. <see cref="PeriodicBatchingSink"/>
/// makes the batches; how many may wait, and when the next batch is due, the admission gate decides, since that one neither counts what
/// it drops nor bounds its close, and would be woken again by every event that it waits for.
/// </summary>
internal sealed class QueueIntake : IIntake
{
    // Shorter than any timer: a batch is whatever is there.
    private static readonly TimeSpan NoWait = new(1);

    private readonly OssAppender _appender;
    private readonly FailureRelay _relay;
    private readonly DropReporter _dropReporter;
    private readonly AdmissionGate _admissionGate;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly PeriodicBatchingSink _batching;
    private readonly Action<LogEvent> _enqueue;
    private readonly TimeProvider _time;
    private readonly bool _hasBuffer;

    /// <param name="settings">Settings that have been checked.</param>
    /// <param name="appender">Takes the rendered events.</param>
    /// <param name="formatter">Renders them.</param>
    /// <param name="relay">Says whether a loss is to be told.</param>
    /// <param name="dropReporter">Takes what is given up here.</param>
    public QueueIntake(QueueSettings settings, OssAppender appender, BoundedFormatter formatter, FailureRelay relay, DropReporter dropReporter)
    {
        _time = settings.Time;
        _hasBuffer = settings.HasBuffer;
        _appender = appender;
        _relay = relay;
        _dropReporter = dropReporter;
        _admissionGate = new AdmissionGate(settings.Limit, settings.CallerTimeout, _time, settings.BatchSize, settings.BatchInterval);
        var pump = new EventPump(appender, formatter, _admissionGate, relay, dropReporter, settings.YieldsIfRefused, _giveUp.Token);
        _batching = new PeriodicBatchingSink(pump, new PeriodicBatchingSinkOptions
        {
            BatchSizeLimit = settings.BatchSize,
            Period = NoWait,
            QueueLimit = null,
        });
        _enqueue = _batching.Emit;
        appender.ObserveQueue(() => _admissionGate.Count, settings.Limit);
    }

    public int Waiting => _admissionGate.Count;

    public void Take(LogEvent logEvent)
    {
        var origin = _relay.OriginOf(_appender);
        switch (_admissionGate.Enter(logEvent, _enqueue, origin))
        {
            case Admission.Full:
                _dropReporter.GiveUp(logEvent, origin, DropReason.QueueFull, "the queue was full.");
                break;
            case Admission.Closed:
                _dropReporter.GiveUp(logEvent, origin, DropReason.Closed, "the logger was closed.");
                break;
        }
    }

    public Task WhenHandedOver() => _admissionGate.WhenLeft();

    public void Close(long begun, TimeSpan timeout)
    {
        _admissionGate.Close();

        // It blocks until the queue is empty, for as long as that takes: on a thread of its own.
        // With a buffer it is one short step from safety, which even a close that waits for nothing lets it take.
        var draining = BoundedWait.RunAsync(() =>
        {
            _batching.Dispose();
            return true;
        });
        if (!CloseWait.EndsInTime(draining, begun, _hasBuffer && timeout < CloseWait.Slack ? CloseWait.Slack : timeout, _time))
            GiveUpRest(draining);
    }

    public void Dispose() => _giveUp.Dispose();

    private void GiveUpRest(Task draining)
    {
        _giveUp.Cancel();
        if (CloseWait.EndsInTime(draining, _time.GetTimestamp(), CloseWait.Slack, _time))
            return;

        // The formatter, or the failure listener, does not come back.
        if (_admissionGate.EmptyOut() is > 0 and var left)
            _dropReporter.GiveUp(left, DropReason.CloseTimeOver, "the application stopped while rendering or reporting did not go on.");
    }
}

/// <summary>How events are queued.</summary>
/// <param name="Limit">The most events that wait.</param>
/// <param name="BatchSize">How many are rendered at a time.</param>
/// <param name="BatchInterval">How often events are rendered that come one by one.</param>
/// <param name="CallerTimeout">How long a log call waits for space; zero not at all.</param>
internal sealed record QueueSettings(int Limit, int BatchSize, TimeSpan BatchInterval, TimeSpan CallerTimeout)
{
    /// <summary>Whether events that OSS refuses are given up where the others behind them would have to wait.</summary>
    public bool YieldsIfRefused { get; init; }

    /// <summary>Whether what is rendered is on disk.</summary>
    public bool HasBuffer { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
