using NLog.Common;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Connects NLog to the intake, from a target's start to its close. Every event's continuation is called exactly once: because of the core's
/// outcome if the event was handed to the core, otherwise by the front door. The close releases the lock that NLog holds.
/// </summary>
internal sealed class TargetPipeline : IDrainable, IOssAppendMonitor
{
    // How long a close waits for running continuations; they may be waiting for the thread that closes.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(0.5);

    private readonly OssAppender _appender;
    private readonly ContinuationQueue _continuations;
    private readonly KeyLayout _key;
    private readonly EventIntake<TargetEvent> _intake;
    private readonly BoundedFlushes _flushes;
    private readonly OssFlushTarget _flushTarget;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<bool> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable? _drainAtEnd;
    private readonly IDisposable _monitored;
    private int _closes;

    public TargetPipeline(OssAppender appender, ContinuationQueue continuations, KeyLayout key, EventIntake<TargetEvent> intake, PipelineSettings settings)
    {
        _appender = appender;
        _continuations = continuations;
        _key = key;
        _intake = intake;
        _time = settings.Intake.Time;
        _flushTarget = settings.FlushTarget;
        _continuations.Appender = appender;
        _flushes = new BoundedFlushes(continuations, settings.FlushTimeout, _time);
        _monitored = OssAppendMonitors.Add(this);
        _drainAtEnd = settings.DrainOnProcessExit ? ProcessExitDrain.Register(this) : null;
    }

    public TimeSpan CloseTimeout => _intake.CloseTimeout;

    /// <summary>Takes events logged after the close; null if there is none.</summary>
    public ReloadBridge? ReloadBridge { get; set; }

    /// <summary>Number of callers that wait for space in the queue.</summary>
    public int BlockedCallers => _intake.Gate.BlockedCallers;

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    /// <summary>Takes an event on the thread that logs it. After the close it goes to the <see cref="ReloadBridge"/>, if there is one.</summary>
    /// <param name="logEvent">The event and its continuation.</param>
    /// <param name="capture">Captures thread-bound values of the event, for a layout that is rendered on another thread.</param>
    public void Write(AsyncLogEventInfo logEvent, Action<LogEventInfo>? capture)
    {
        if (_intake.Gate.IsFull)
        {
            _intake.DropAtCall(new TargetEvent(logEvent.LogEvent, logEvent.Continuation, null), DropCause.QueueFull);
            return;
        }

        TargetEvent taken;
        try
        {
            // Events that a layout logs during the capture are not the application's.
            using (_appender.EnterDeliveryOnThread())
            {
                capture?.Invoke(logEvent.LogEvent);
                taken = new TargetEvent(logEvent.LogEvent, logEvent.Continuation, _key.ValuesOf(logEvent.LogEvent));
            }
        }
        catch (Exception e)
        {
            _intake.DropAtCall(new TargetEvent(logEvent.LogEvent, logEvent.Continuation, null), DropCause.Unrendered(e));
            return;
        }

        if (!_intake.TryTake(taken) && ReloadBridge?.TryWrite(logEvent) != true)
            _intake.DropAtCall(taken, DropCause.Closed);
    }

    /// <summary>
    /// Calls the continuation when every event accepted so far has its outcome or has reached the flush target. After the flush timeout it
    /// is called with an error.
    /// </summary>
    public void Flush(AsyncContinuation continuation) => _ = FlushAsync(_flushes.Begin(continuation), _flushTarget);

    /// <summary>Completes when every event accepted so far has its outcome and their continuations have been called.</summary>
    public Task<bool> FlushAsync(CancellationToken cancellationToken) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    /// <inheritdoc />
    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
    {
        var flushed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancelling = cancellationToken.Register(() => flushed.TrySetCanceled(cancellationToken));
        _ = FlushAsync(failure => flushed.TrySetResult(failure is null), target);
        return await flushed.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// Takes no more events, delivers waiting ones within the close timeout, and drops the rest, except what is in the buffer on disk. It does
    /// not wait for a close that is already running: continuations of that one may be waiting for the lock that this caller holds.
    /// </summary>
    /// <param name="heldLock">A lock that the caller holds and that events need; released during the wait.</param>
    public void Close(object? heldLock)
    {
        if (Interlocked.Increment(ref _closes) != 1)
            return;

        HeldLock.Wait(CloseOnceAsync(CloseTimeout), heldLock);
        EndClose();
    }

    /// <inheritdoc />
    public async Task CloseAsync(TimeSpan timeout)
    {
        if (Interlocked.Increment(ref _closes) != 1)
        {
            await _closed.Task.ConfigureAwait(false);
            return;
        }

        await CloseOnceAsync(timeout).ConfigureAwait(false);
        EndClose();
    }

    /// <summary>Closes, or waits for a running close. The wait is bounded, because that close may be waiting for the caller.</summary>
    public bool End() => BoundedWait.For(CloseAsync(CloseTimeout), CloseTimeout + EventIntake<TargetEvent>.LongestGrace, _time);

    private async Task FlushAsync(AsyncContinuation continuation, OssFlushTarget target)
    {
        Exception? failure;
        try
        {
            failure = await _intake.FlushAsync(target, CancellationToken.None).ConfigureAwait(false)
                ? null
                : new OssDeliveryException("Some of the events before the flush were dropped or could not be delivered.");
        }
        catch (Exception e)
        {
            failure = e;
        }

        _continuations.AddFlush(continuation, failure);
    }

    // Continues on the thread of the intake's close, so it needs no thread of the pool.
    private async Task CloseOnceAsync(TimeSpan timeout)
    {
        await _intake.CloseAsync(timeout).ConfigureAwait(false);
        _ = BoundedWait.For(_continuations.StopAsync(), StopGrace, _time);
    }

    // Runs on the thread that closes, which may hold a lock that the continuations need.
    private void EndClose()
    {
        _continuations.CallRest();
        _drainAtEnd?.Dispose();
        _monitored.Dispose();
        _closed.TrySetResult(true);
    }
}

/// <summary>The checked settings of a target's pipeline.</summary>
/// <param name="Intake">Settings of the intake.</param>
/// <param name="FlushTarget">What NLog's flush waits for.</param>
/// <param name="FlushTimeout">Longest time for such a flush.</param>
/// <param name="DrainOnProcessExit">Whether process exit waits for delivery if the target was not closed before.</param>
internal sealed record PipelineSettings(IntakeSettings Intake, OssFlushTarget FlushTarget, TimeSpan FlushTimeout, bool DrainOnProcessExit);
