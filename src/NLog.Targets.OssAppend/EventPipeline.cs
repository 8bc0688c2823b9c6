using NLog.Common;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// The way of an event from the thread that logs to the appender. Every event that comes in has its continuation called
/// exactly once: by the appender's word if it came that far, by this class if not.
/// </summary>
internal sealed class EventPipeline : IDrainable, IDisposable
{
    // What is stopped ends at once, unless a layout or a client of somebody else hangs: then the close goes on without it.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(0.5);

    // Until the appender has given up what hangs there, or has written to disk what it was just given.
    private static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(2);

    // Ready-made: in an outage each event is told it.
    private const string QueueFull = "the queue was full: more is logged than can be rendered, or OSS takes less than is logged.";
    private static readonly string QueueFullMessage = MessageOf(DropReason.QueueFull, QueueFull);

    private const string LayoutHangs = "the application stopped while rendering or reporting did not go on.";

    private readonly OssAppender _appender;
    private readonly ContinuationQueue _continuations;
    private readonly KeyLayout _key;
    private readonly EventRenderer _renderer;
    private readonly PipelineSettings _settings;
    private readonly TimeProvider _time;
    private readonly EventQueue _queue;
    private readonly BoundedFlushes _flushes;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;
    private readonly TaskCompletionSource<bool> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable? _drainAtEnd;
    private int _closes;

    // The worker's own; without a worker, anybody's.
    private volatile bool _hasGivenUp;

    // The worker's, until a close that cannot wait for it gives them up.
    private readonly TakenEvents _taken = new();

    // The worker's own.
    private readonly EventBuffer _buffer = new();

    public EventPipeline(
        OssAppender appender, ContinuationQueue continuations, KeyLayout key, EventRenderer renderer, PipelineSettings settings, TimeProvider time)
    {
        _appender = appender;
        _continuations = continuations;
        _key = key;
        _renderer = renderer;
        _settings = settings;
        _time = time;
        _continuations.Appender = appender;
        _queue = new EventQueue(settings, time);
        _flushes = new BoundedFlushes(continuations, settings.FlushTimeout, time);
        if (!settings.RenderAtCall)
            appender.ObserveQueue(() => _queue.Count, settings.QueueLimit);
        _worker = settings.RenderAtCall ? Task.CompletedTask : Task.Run(WorkAsync);
        _drainAtEnd = settings.DrainOnProcessExit ? ProcessExitDrain.Register(this) : null;
    }

    public TimeSpan CloseTimeout => _settings.CloseTimeout;

    /// <summary>Who takes an event that comes after the close, if anybody does.</summary>
    public ReloadBridge? ReloadBridge { get; set; }

    /// <summary>How many callers wait for space in the queue.</summary>
    public int BlockedCallers => _queue.BlockedCallers;

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    /// <summary>Takes an event on the thread that logs it.</summary>
    public void Write(AsyncLogEventInfo logEvent)
    {
        string?[]? values;
        try
        {
            using (EnterRendering())
                values = _key.ValuesOf(logEvent.LogEvent);
        }
        catch (Exception e)
        {
            RefuseUnrendered(logEvent.Continuation, e);
            return;
        }

        if (_settings.RenderAtCall)
        {
            HandOverNow(logEvent, values);
            return;
        }

        var admission = _queue.TryEnqueue(new QueuedEvent(logEvent.LogEvent, logEvent.Continuation, values) { IsFromDelivery = _appender.IsCalledByDelivery });
        if (admission == Admission.Full)
            Refuse(logEvent.Continuation, GiveUpForSpace());
        else if (admission == Admission.Closed)
            RefuseClosed(logEvent);
    }

    /// <summary>Refuses an event that its own thread could not capture.</summary>
    public void RefuseUnrendered(AsyncContinuation continuation, Exception error) => Refuse(continuation, GiveUpUnrendered(error));

    /// <summary>Begins the rendering of something on the thread that logs: what that logs is not the application's.</summary>
    public DeliveryScope EnterRendering() => _appender.EnterDeliveryOnThread();

    /// <summary>
    /// Tells the continuation when everything accepted so far has its outcome, or is as safe as the settings ask for; or, after the flush
    /// timeout, that it is not.
    /// </summary>
    public void Flush(AsyncContinuation continuation) => Flush(_flushes.Begin(continuation), _settings.FlushTarget);

    /// <summary>Ends when everything accepted so far has its outcome, and its continuations have been called.</summary>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancelling = cancellationToken.Register(() => flushed.TrySetCanceled(cancellationToken));
        Flush(failure => flushed.TrySetResult(failure is null), OssFlushTarget.Oss);
        return await flushed.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// Takes no more events, delivers what waits within the close timeout, and gives up the rest. Does not wait for a close that
    /// is under way: that one's continuations may be waiting for the lock that this caller holds.
    /// </summary>
    /// <param name="heldLock">A lock that the caller holds and that events need; it is released while the close waits.</param>
    public void Close(object? heldLock = null)
    {
        if (Interlocked.Increment(ref _closes) == 1)
        {
            HeldLock.Wait(BoundedWait.RunAsync(() => CloseOnce(_settings.CloseTimeout)), heldLock);
            EndClose();
        }
    }

    /// <inheritdoc />
    public Task CloseAsync(TimeSpan timeout) =>
        Interlocked.Increment(ref _closes) == 1 ? BoundedWait.RunAsync(() => CloseOnce(timeout) && EndClose()) : _closed.Task;

    /// <summary>Closes, or waits for a close that is under way: not for ever, since that may be waiting for the caller.</summary>
    public bool End() => BoundedWait.For(CloseAsync(_settings.CloseTimeout), _settings.CloseTimeout + LongestGrace, _time);

    /// <inheritdoc />
    public void Dispose() => Close();

    // On the thread that logs, which a continuation that logs itself must not hold up.
    private static void Refuse(AsyncContinuation continuation, OssDeliveryException failure)
    {
        using (DeliveryScope.EnterForDropsOnThread())
            continuation(failure);
    }

    // The short way, on the thread that logs: the event becomes bytes there, and no queue is used.
    private void HandOverNow(AsyncLogEventInfo logged, string?[]? values)
    {
        if (Volatile.Read(ref _closes) > 0)
        {
            RefuseClosed(logged);
            return;
        }

        var buffer = EventBuffer.Take();
        try
        {
            ReadOnlyMemory<byte> rendered;
            using (EnterRendering())
            {
                rendered = _renderer.Render(logged.LogEvent, buffer, out var isReplaced);
                if (isReplaced)
                    _appender.CountReplaced(1);
            }

            var record = new LogRecord(EventTime.Of(logged.LogEvent), rendered)
            {
                KeyValues = values,
                State = ContinuationQueue.StateOf(logged.Continuation, _appender.IsCalledByDelivery),
            };

            if (!_appender.Append(record, _settings.CallerTimeout))
                _hasGivenUp = true;
        }
        catch (Exception e)
        {
            _hasGivenUp = true;
            RefuseUnrendered(logged.Continuation, e);
        }

        EventBuffer.GiveBack(buffer);
    }

    private void Flush(AsyncContinuation continuation, OssFlushTarget target)
    {
        var mark = new QueuedEvent(null, continuation, null, target);
        if (_settings.RenderAtCall)
            FlushFrom(mark);
        else if (!_queue.TryEnqueueFlush(mark))
            _ = FlushAppenderAsync(mark, hasGivenUp: false);
    }

    // On a thread of its own, which the application's stuck ones do not hold up.
    private bool CloseOnce(TimeSpan closeTimeout)
    {
        var startedAt = _time.GetTimestamp();
        _queue.Close();

        // With a buffer the queue is one short step from safety, which even a close that waits for nothing lets it take.
        if (!BoundedWait.For(_worker, _settings.HasBuffer && closeTimeout < LongestGrace ? LongestGrace : closeTimeout, _time))
            GiveUpWaiting();

        var left = closeTimeout - _time.GetElapsedTime(startedAt);
        var timeout = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        _ = BoundedWait.For(_appender.CloseAsync(timeout), timeout + LongestGrace, _time);
        _ = BoundedWait.For(_continuations.StopAsync(), StopGrace, _time);
        return true;
    }

    // On the thread that closes, which may hold a lock that the continuations need.
    private bool EndClose()
    {
        _continuations.CallRest();
        if (_worker.IsCompleted)
            _stop.Dispose();

        _drainAtEnd?.Dispose();
        _closed.TrySetResult(true);
        return true;
    }

    private void GiveUpWaiting()
    {
        var stopping = BoundedWait.RunAsync(() =>
        {
            _stop.Cancel();
            return true;
        });
        _ = BoundedWait.For(stopping, StopGrace, _time);
        if (!BoundedWait.For(_worker, StopGrace, _time))
            GiveUpAllTaken();
    }

    private async Task WorkAsync()
    {
        // What the layout calls may log to the same target.
        using var delivery = _appender.EnterDelivery();
        while (await _queue.WaitAsync().ConfigureAwait(false))
        {
            _taken.Fill(_queue, _settings.BatchSize);
            while (_taken.TryBegin(out var queued))
            {
                if (HandOver(queued) is { } appending)
                    await EndAsync(queued, appending).ConfigureAwait(false);
            }
        }
    }

    // The worker hangs in a layout, and nobody else takes from the queue.
    private void GiveUpAllTaken()
    {
        var left = new List<QueuedEvent>(_taken.GiveUp());
        _queue.TakeInto(left, int.MaxValue);
        var events = left.Count(queued => queued.Event is not null);
        if (events > 0)
            _appender.CountDropped(DropReason.CloseTimeOver, events, LayoutHangs);

        // Flushes among them fail as well: what was before them is lost.
        var failure = new OssDeliveryException(DropReason.CloseTimeOver, MessageOf(DropReason.CloseTimeOver, LayoutHangs), null);
        foreach (var queued in left)
        {
            if (queued.Event is null)
                _continuations.AddFlush(queued.Continuation, failure);
            else
                _continuations.Add(queued.State, failure);
        }
    }

    // Null if the event has been handed over, or given up; what is under way waits for space.
    private Task<bool>? HandOver(in QueuedEvent queued)
    {
        if (queued.Event is not { } logEvent)
        {
            if (_taken.TryKeep())
                FlushFrom(queued);
            return null;
        }

        var isKept = false;
        try
        {
            _stop.Token.ThrowIfCancellationRequested();
            var rendered = _renderer.Render(logEvent, _buffer, out var isReplaced);
            isKept = _taken.TryKeep();
            if (!isKept)
                return null;
            if (isReplaced)
                _appender.CountReplaced(1);

            var record = new LogRecord(EventTime.Of(logEvent), rendered)
            {
                KeyValues = queued.KeyValues,
                State = queued.State,
                IsFromDelivery = queued.IsFromDelivery,
                YieldsIfRefused = _settings.OverflowAction == AsyncTargetWrapperOverflowAction.Discard,
            };

            var appending = _appender.AppendAsync(record, _stop.Token);
            if (!appending.IsCompletedSuccessfully)
                return appending.AsTask();
            if (!appending.Result)
                _hasGivenUp = true;
        }
        catch (Exception e)
        {
            if (isKept || _taken.TryKeep())
                LoseTo(e, queued);
        }

        return null;
    }

    private async Task EndAsync(QueuedEvent queued, Task<bool> appending)
    {
        _queue.HoldUp();
        try
        {
            if (!await appending.ConfigureAwait(false))
                _hasGivenUp = true;
        }
        catch (Exception e)
        {
            LoseTo(e, queued);
        }
    }

    private void RefuseClosed(AsyncLogEventInfo logEvent)
    {
        if (ReloadBridge?.TryWrite(logEvent) != true)
            Refuse(logEvent.Continuation, GiveUp(DropReason.Closed, "the target was closed."));
    }

    private void LoseTo(Exception error, in QueuedEvent queued) => Lose(
        queued.State,
        error is OperationCanceledException && _stop.IsCancellationRequested
            ? GiveUp(DropReason.CloseTimeOver, "the application stopped before there was space for them.")
            : GiveUpUnrendered(error));

    // What was given up since the flush before makes this one fail.
    private void FlushFrom(QueuedEvent mark)
    {
        var hasGivenUp = _hasGivenUp;
        _hasGivenUp = false;
        _ = FlushAppenderAsync(mark, hasGivenUp);
    }

    private async Task FlushAppenderAsync(QueuedEvent mark, bool hasGivenUp)
    {
        Exception? failure;
        try
        {
            var isSafe = await _appender.FlushAsync(mark.FlushTarget).ConfigureAwait(false) && !hasGivenUp;
            failure = isSafe ? null : new OssDeliveryException("Some of the events before the flush were given up.");
        }
        catch (Exception e)
        {
            failure = e;
        }

        _continuations.AddFlush(mark.Continuation, failure);
    }

    private void Lose(object state, OssDeliveryException failure)
    {
        _hasGivenUp = true;
        _continuations.Add(state, failure);
    }

    private OssDeliveryException GiveUpForSpace()
    {
        _appender.CountDropped(DropReason.QueueFull, 1, QueueFull);
        return new OssDeliveryException(DropReason.QueueFull, QueueFullMessage, null);
    }

    private OssDeliveryException GiveUpUnrendered(Exception error) =>
        GiveUp(DropReason.FormatError, $"a layout threw {error.GetType()}.", error);

    // The report says less than the exception: the continuation's owner has the event anyway, whoever reads the reports must not.
    private OssDeliveryException GiveUp(DropReason reason, string why, Exception? error = null)
    {
        _appender.CountDropped(reason, 1, why);
        return new OssDeliveryException(reason, MessageOf(reason, why), error);
    }

    private static string MessageOf(DropReason reason, string why) => $"The event was given up ({reason}): {why}";
}

/// <summary>The checked settings of what stands in front of the appender.</summary>
/// <param name="QueueLimit">The most events that wait.</param>
/// <param name="OverflowAction">What becomes of an event that finds no space.</param>
/// <param name="BlockTimeout">How long a caller waits for space, if it waits.</param>
/// <param name="BatchSize">How many events are taken at a time.</param>
/// <param name="CloseTimeout">How long a close waits for the delivery of what waits.</param>
/// <param name="DrainOnProcessExit">Whether the end of the process waits as long, if nobody has closed it before.</param>
/// <param name="FlushTarget">What NLog's flush waits for.</param>
/// <param name="FlushTimeout">How long such a flush takes at most.</param>
/// <param name="HasBuffer">Whether what the appender has taken is safe on disk soon.</param>
/// <param name="RenderAtCall">Whether events are rendered by the threads that log them, and no queue is used.</param>
internal sealed record PipelineSettings(
    int QueueLimit,
    AsyncTargetWrapperOverflowAction OverflowAction,
    TimeSpan BlockTimeout,
    int BatchSize,
    TimeSpan CloseTimeout,
    bool DrainOnProcessExit,
    OssFlushTarget FlushTarget,
    TimeSpan FlushTimeout,
    bool HasBuffer,
    bool RenderAtCall)
{
    /// <summary>How long a caller waits for space.</summary>
    public TimeSpan CallerTimeout => OverflowAction == AsyncTargetWrapperOverflowAction.Block ? BlockTimeout : TimeSpan.Zero;
}
