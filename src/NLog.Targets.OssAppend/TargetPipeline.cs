using NLog.Common;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;

namespace NLog.Targets.OssAppend;

/// <summary>
/// NLog's side of the intake, for one life of a target: every event that comes in has its continuation called exactly once, by the core's
/// word if it came that far, by the intake's if not. The close respects the lock that NLog holds meanwhile.
/// </summary>
internal sealed class TargetPipeline : IDrainable
{
    // Until continuations that are being called have returned; they may be waiting for the thread that closes.
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
        _drainAtEnd = settings.DrainOnProcessExit ? ProcessExitDrain.Register(this) : null;
    }

    public TimeSpan CloseTimeout => _intake.CloseTimeout;

    /// <summary>Takes events that come after the close; null if nothing does.</summary>
    public ReloadBridge? ReloadBridge { get; set; }

    /// <summary>How many callers wait for space in the queue.</summary>
    public int BlockedCallers => _intake.Gate.BlockedCallers;

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    /// <summary>Takes an event on the thread that logs it. After the close it goes to the <see cref="ReloadBridge"/>, if there is one.</summary>
    /// <param name="logEvent">The event, and whom to tell its outcome.</param>
    /// <param name="capture">Captures what only this thread knows of the event, for a layout that renders it elsewhere.</param>
    public void Write(AsyncLogEventInfo logEvent, Action<LogEventInfo>? capture)
    {
        TargetEvent taken;
        try
        {
            // What a layout logs while it is captured is not the application's.
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
    /// Tells the continuation when everything accepted so far has its outcome, or is as safe as the settings ask for; or, after the flush
    /// timeout, that it is not.
    /// </summary>
    public void Flush(AsyncContinuation continuation) => _ = FlushAsync(_flushes.Begin(continuation), _flushTarget);

    /// <summary>Ends when everything accepted so far has its outcome, and its continuations have been called.</summary>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancelling = cancellationToken.Register(() => flushed.TrySetCanceled(cancellationToken));
        _ = FlushAsync(failure => flushed.TrySetResult(failure is null), OssFlushTarget.Oss);
        return await flushed.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// Takes no more events, delivers what waits within the close timeout, and gives up the rest. Does not wait for a close that
    /// is under way: that one's continuations may be waiting for the lock that this caller holds.
    /// </summary>
    /// <param name="heldLock">A lock that the caller holds and that events need; it is released while the close waits.</param>
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

    /// <summary>Closes, or waits for a close that is under way: not for ever, since that one may be waiting for the caller.</summary>
    public bool End() => BoundedWait.For(CloseAsync(CloseTimeout), CloseTimeout + EventIntake<TargetEvent>.LongestGrace, _time);

    private async Task FlushAsync(AsyncContinuation continuation, OssFlushTarget target)
    {
        Exception? failure;
        try
        {
            failure = await _intake.FlushAsync(target, CancellationToken.None).ConfigureAwait(false)
                ? null
                : new OssDeliveryException("Some of the events before the flush were given up.");
        }
        catch (Exception e)
        {
            failure = e;
        }

        _continuations.AddFlush(continuation, failure);
    }

    // Goes on, on the thread of the intake's close, which no thread of the pool is needed for.
    private async Task CloseOnceAsync(TimeSpan timeout)
    {
        if (await _intake.CloseAsync(timeout).ConfigureAwait(false) is { } problem)
            InternalLogger.Error("OssAppend: {0}", problem);
        _ = BoundedWait.For(_continuations.StopAsync(), StopGrace, _time);
    }

    // On the thread that closes, which may hold a lock that the continuations need.
    private void EndClose()
    {
        _continuations.CallRest();
        _drainAtEnd?.Dispose();
        _closed.TrySetResult(true);
    }
}

/// <summary>The checked settings of a target's pipeline.</summary>
/// <param name="Intake">Those of the intake.</param>
/// <param name="FlushTarget">What NLog's flush waits for.</param>
/// <param name="FlushTimeout">How long such a flush takes at most.</param>
/// <param name="DrainOnProcessExit">Whether the end of the process waits for delivery, if the target was not closed before.</param>
internal sealed record PipelineSettings(IntakeSettings Intake, OssFlushTarget FlushTarget, TimeSpan FlushTimeout, bool DrainOnProcessExit);
