using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake;

/// <summary>
/// Takes events from log calls to the core, the same way for every front door: bounded queue, rendering (on the pump's thread or within
/// the call), flush and bounded close. Every event is handed over to the core once, or counted, reported and passed to the front door as
/// dropped. Only an event for which rendering writes nothing is left out, and the front door is told so. Of the events that a close gives up
/// because rendering hangs, the front door gets only those that the pump can list.
/// </summary>
#pragma warning disable CA1001 // Disposed by the close.
internal sealed class EventIntake<TEvent> : IDrainable, IOssAppendMonitor
#pragma warning restore CA1001
{
    /// <summary>How long to wait for cancelled work. It ends at once unless application code hangs; then the close continues without it.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(0.5);

    /// <summary>Extra time for the core's own close, which may still write the last records to disk.</summary>
    public static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(2);

    /// <summary>The report of a close that does not finish.</summary>
    public const string ClosingHangs = "Closing did not finish in time, because the client or the failure listener does not return.";

    private readonly OssAppender _appender;
    private readonly IFrontDoor<TEvent> _frontDoor;
    private readonly IntakeSettings _settings;
    private readonly IEventPump<TEvent>? _pump;
    private readonly Action<TEvent>? _post;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly object _closing = new();
    private Task? _closed;
    private volatile bool _isClosed;

    // Calls that render their events. Changed by interlocked operations only.
    private readonly TaskCompletionSource<bool> _callsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    // Used by the pump's thread only.
    private readonly RenderBuffer _buffer = new();
    private int _handedOver;

    /// <param name="appender">Takes the rendered events; closed with the intake.</param>
    /// <param name="frontDoor">Renders events and handles drops.</param>
    /// <param name="settings">Settings that have been checked.</param>
    /// <param name="makePump">Creates the pump; not needed if events are rendered within their calls.</param>
    public EventIntake(
        OssAppender appender, IFrontDoor<TEvent> frontDoor, IntakeSettings settings, Func<EventIntake<TEvent>, IEventPump<TEvent>>? makePump = null)
    {
        _appender = appender;
        _frontDoor = frontDoor;
        _settings = settings;
        Gate = new AdmissionGate(settings.QueueLimit, settings.CallerTimeout, settings.Time, settings.BatchSize, settings.BatchInterval);
        if (settings.RenderAtCall)
            return;

        _pump = makePump!(this);
        _post = _pump.Post;
        appender.ObserveQueue(() => Gate.Count, settings.QueueLimit);
    }

    /// <summary>The gate of the queue; always empty if events are rendered within their calls.</summary>
    public AdmissionGate Gate { get; }

    /// <inheritdoc />
    public TimeSpan CloseTimeout => _settings.CloseTimeout;

    /// <summary>What was done so far, and what the core holds.</summary>
    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    /// <inheritdoc cref="OssAppender.Report"/>
    public void Report(OssDiagnosticEvent report) => _appender.Report(report);

    /// <summary>
    /// Takes an event on the thread that logs it. Never throws, unless the front door's <see cref="IFrontDoor{TEvent}.OnDropped"/> does.
    /// </summary>
    /// <returns>False after the close: the caller must handle the event.</returns>
    public bool TryTake(TEvent logEvent)
    {
        if (_post is null)
            return TryTakeAtCall(logEvent);

        var origin = _frontDoor.Origin;
        switch (Gate.Enter(logEvent, _post, origin))
        {
            case Admission.Closed:
                return false;
            case Admission.Full:
                Drop(logEvent, origin, DropCause.QueueFull, isAtCall: true);
                return true;
            default:
                return true;
        }
    }

    /// <summary>Drops an event on the thread that logs it.</summary>
    public void DropAtCall(TEvent logEvent, DropCause cause) => Drop(logEvent, _frontDoor.Origin, cause, isAtCall: true);

    /// <summary>
    /// Renders events in order and hands each over to the core. It waits while the core has no space, so the queue fills up and its own limit
    /// applies. Called by the pump. Never throws.
    /// </summary>
    public async Task HandOverAsync(IEnumerable<TEvent> batch)
    {
        // Code that rendering calls may log to the same logger.
        using var delivery = _appender.EnterDelivery();
        foreach (var logEvent in batch)
        {
            var origin = Gate.OriginOfNext();
            var record = default(LogRecord);
            var isReplaced = false;
            var cause = _giveUp.IsCancellationRequested ? DropCause.CloseTimeOver : Render(logEvent, origin, _buffer, out record, out isReplaced);

            // A close may have given the event up while rendering hung.
            if (!Gate.TryClaim())
                return;

            var isTaken = cause is null;
            if (isTaken && !IsLeftOut(logEvent, origin, record, isReplaced))
            {
                try
                {
                    var appending = _appender.AppendAsync(record, _giveUp.Token);
                    if (!appending.IsCompleted)
                    {
                        // The event waits for space in the core; the events before it have left the queue.
                        LeaveQueue();
                        Gate.HoldUp();
                    }

                    isTaken = await appending.ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    isTaken = false;
                    cause = _giveUp.IsCancellationRequested ? DropCause.CloseTimeOver : DropCause.NotTaken(e);
                }
            }

            if (cause is not null)
                Drop(logEvent, origin, cause, isAtCall: false);
            if (isTaken)
            {
                _handedOver++;
                if (Gate.HasFlush)
                    LeaveQueue();
                continue;
            }

            LeaveQueue();
            Gate.Leave(1, areDropped: true);
        }

        LeaveQueue();
    }

    /// <summary>
    /// Sends waiting events at once, and completes when every event taken before has its outcome. More events may be taken meanwhile.
    /// </summary>
    /// <param name="target">Where the events must be stored.</param>
    /// <param name="cancellationToken">Cancels the wait, not the delivery.</param>
    /// <returns>
    /// True if every waiting event was stored there; false if some of them were dropped. Events that were dropped before the call do not always
    /// count: compare <see cref="DeliverySnapshot.DroppedTotal"/> of two snapshots to find every drop.
    /// </returns>
    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
    {
        var areHandedOver = await Gate.WhenLeft().WaitAsync(Timeout.InfiniteTimeSpan, _settings.Time, cancellationToken).ConfigureAwait(false);
        return await _appender.FlushAsync(target, cancellationToken).ConfigureAwait(false) && areHandedOver;
    }

    /// <inheritdoc />
    public Task<bool> FlushAsync(CancellationToken cancellationToken) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    /// <summary>
    /// Takes no more events, delivers waiting ones within the timeout, drops the rest, except what is in the buffer on disk, and reports what went
    /// wrong with the close itself. A second call waits for the first close.
    /// </summary>
    public Task CloseAsync(TimeSpan timeout)
    {
        lock (_closing)
            return _closed ??= BeginClose(_settings.Time.GetTimestamp(), timeout);
    }

    /// <summary>
    /// Takes no more events, and completes when the core has those of calls that are being rendered or wait for space. For an intake that another
    /// one replaces while it is in use: later calls are turned away, and the caller takes them to the other one.
    /// </summary>
    public Task StopTakingAsync()
    {
        _isClosed = true;
        Gate.Close();
        if (Interlocked.CompareExchange(ref _calls, 0, 0) == 0)
            _callsEnded.TrySetResult(true);
        return _callsEnded.Task;
    }

    private Task<bool> BeginClose(long begun, TimeSpan timeout)
    {
        _ = StopTakingAsync();
        return BoundedWait.RunAsync(() =>
        {
            if (Close(begun, timeout) is { } problem)
                ReportInTime(new OssDiagnosticEvent(OssDiagnosticLevel.Error, problem, HelpSections.CloseHangs));
            return true;
        });
    }

    // What receives reports may be what hangs.
    private void ReportInTime(OssDiagnosticEvent report)
    {
        var reporting = BoundedWait.RunAsync(() =>
        {
            Report(report);
            return true;
        });
        _ = BoundedWait.For(reporting, StopGrace, _settings.Time);
    }

    // Runs on its own thread, so that a starved thread pool cannot delay it. Returns what went wrong; null if nothing did.
    private string? Close(long begun, TimeSpan timeout)
    {
        if (_pump is not null)
            Drain(_pump, begun, timeout);

        var rest = BoundedWait.Remaining(begun, timeout, _settings.Time);
        var closing = _appender.CloseAsync(rest);
        if (!BoundedWait.For(closing, rest + LongestGrace, _settings.Time))
            return ClosingHangs;

        return closing.Exception?.GetBaseException() is { } e ? $"Closing failed with {e.GetType()}: {e.Message}" : null;
    }

    private void Drain(IEventPump<TEvent> pump, long begun, TimeSpan timeout)
    {
        var draining = BoundedWait.RunAsync(() =>
        {
            pump.Drain();
            return true;
        });

        // With a buffer, queued events are almost on disk: even a close with a zero timeout gives them time to get there.
        if (!BoundedWait.For(draining, begun, _settings.HasDiskBuffer && timeout < LongestGrace ? LongestGrace : timeout, _settings.Time))
        {
            _giveUp.Cancel();
            _ = BoundedWait.For(draining, StopGrace, _settings.Time);
        }

        // Events remain if rendering or a listener hangs on the pump's thread.
        DropRest(pump);
        if (draining.IsCompleted)
            _giveUp.Dispose();
    }

    private void DropRest(IEventPump<TEvent> pump)
    {
        var origins = Gate.GiveUpRest();
        if (origins.Count == 0)
            return;

        var cause = DropCause.RenderingHangs;
        _appender.CountDropped(cause.Reason, origins.Count, cause.Why);
        var events = pump.Last(origins.Count);
        for (var i = 0; i < events.Count; i++)
            TellDropped(events[i], origins[origins.Count - events.Count + i], cause);
        Gate.LeaveGivenUp();
    }

    // Renders on the thread that logs. Callers that wait for space are released by the core's own close.
    private bool TryTakeAtCall(TEvent logEvent)
    {
        // The call counts itself and then reads _isClosed. A close sets _isClosed and then reads the count: it sees this call, or turns it away.
        Interlocked.Increment(ref _calls);
        try
        {
            if (_isClosed)
                return false;

            RenderAtCall(logEvent);
            return true;
        }
        finally
        {
            if (Interlocked.Decrement(ref _calls) == 0 && _isClosed)
                _callsEnded.TrySetResult(true);
        }
    }

    private void RenderAtCall(TEvent logEvent)
    {
        var origin = _frontDoor.Origin;
        var buffer = RenderBuffer.Take();
        LogRecord record;
        bool isReplaced;
        DropCause? cause;
        using (_appender.EnterDeliveryOnThread())
            cause = Render(logEvent, origin, buffer, out record, out isReplaced);

        var isTaken = cause is null;
        try
        {
            if (isTaken && !IsLeftOut(logEvent, origin, record, isReplaced))
                isTaken = _appender.Append(record, _settings.CallerTimeout);
        }
        catch (Exception e)
        {
            (isTaken, cause) = (false, DropCause.NotTaken(e));
        }

        if (!isTaken)
            Gate.CountDropped();
        if (cause is not null)
            Drop(logEvent, origin, cause, isAtCall: true);
        RenderBuffer.GiveBack(buffer);
    }

    // Whether rendering wrote nothing. If false, the caller must hand the event over.
    private bool IsLeftOut(TEvent logEvent, EventOrigin origin, in LogRecord record, bool isReplaced)
    {
        if (isReplaced)
            _appender.CountReplaced(1);
        if (!record.Utf8.IsEmpty)
            return false;

        _frontDoor.OnLeftOut(logEvent, origin);
        return true;
    }

    // Null if the event was rendered, or wrote nothing. If it wrote nothing, the record is empty. Its bytes belong to the buffer. It is replaced if
    // it is a placeholder for an event that is too large.
    private DropCause? Render(TEvent logEvent, EventOrigin origin, RenderBuffer buffer, out LogRecord record, out bool isReplaced)
    {
        record = default;
        isReplaced = false;
        try
        {
            buffer.Clear();
            _frontDoor.Render(logEvent, buffer);
            var size = buffer.Utf8.Written.Length;
            if (size == 0)
                return null;

            if (size > _settings.EventSizeLimit)
            {
                // If the placeholder is too large as well, the core drops the event.
                buffer.Clear();
                _frontDoor.Render(_frontDoor.PlaceholderOf(logEvent, size, _settings.EventSizeLimit), buffer);
                isReplaced = buffer.Utf8.Written.Length <= _settings.EventSizeLimit;
            }

            record = new LogRecord(_frontDoor.TimeOf(logEvent), buffer.Utf8.Written)
            {
                KeyValues = _frontDoor.KeyValuesOf(logEvent, buffer),
                State = _frontDoor.StateOf(logEvent, origin),
                IsFromDelivery = origin is EventOrigin.Delivery or EventOrigin.FailureListenerInDelivery,
                IsJson = _settings.IsJson,
                YieldsIfRefused = _post is not null && _settings.YieldsIfRefused,
            };
            return null;
        }
        catch (Exception e)
        {
            return DropCause.Unrendered(e);
        }
    }

    private void Drop(TEvent logEvent, EventOrigin origin, DropCause cause, bool isAtCall)
    {
        _appender.CountDropped(cause.Reason, 1, cause.Why);
        if (isAtCall)
            _frontDoor.OnDropped(logEvent, origin, cause, isAtCall: true);
        else
            TellDropped(logEvent, origin, cause);
    }

    private void TellDropped(TEvent logEvent, EventOrigin origin, DropCause cause)
    {
        try
        {
            _frontDoor.OnDropped(logEvent, origin, cause, isAtCall: false);
        }
        catch (Exception)
        {
            // The drop is already counted and reported, and the pump must continue.
        }
    }

    private void LeaveQueue()
    {
        if (_handedOver > 0)
            Gate.Leave(_handedOver);
        _handedOver = 0;
    }
}

/// <summary>The checked settings of an intake.</summary>
/// <param name="QueueLimit">The most events that wait to be rendered.</param>
/// <param name="BatchSize">How many are rendered at a time.</param>
/// <param name="BatchInterval">How often events are rendered while few arrive.</param>
/// <param name="CallerTimeout">How long a log call waits for space; zero: not at all; infinite: without limit.</param>
/// <param name="CloseTimeout">How long a close waits for delivery.</param>
internal sealed record IntakeSettings(int QueueLimit, int BatchSize, TimeSpan BatchInterval, TimeSpan CallerTimeout, TimeSpan CloseTimeout)
{
    /// <summary>Larger events, in bytes, are replaced by a placeholder.</summary>
    public int EventSizeLimit { get; init; } = int.MaxValue;

    /// <summary>Whether an event is dropped if OSS refuses its stream, its memory is full, and others would have to wait behind it.</summary>
    public bool YieldsIfRefused { get; init; }

    /// <summary>
    /// Whether there is a buffer on disk. A close then gives queued events at least <see cref="EventIntake{TEvent}.LongestGrace"/> to get there,
    /// even with a shorter timeout.
    /// </summary>
    public bool HasDiskBuffer { get; init; }

    /// <summary>Whether events are rendered as JSON objects; null if each event can be different.</summary>
    public bool? IsJson { get; init; }

    /// <summary>Whether events are rendered on the threads that log them, without a queue.</summary>
    public bool RenderAtCall { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For a front door that always renders within the calls, and so has no queue.</summary>
    public static IntakeSettings ForCalls(OssAppenderOptions options, TimeSpan callerTimeout, bool dropsTooLarge, bool? isJson) =>
        new(QueueLimit: int.MaxValue, BatchSize: 1, BatchInterval: TimeSpan.Zero, callerTimeout, options.CloseTimeout)
        {
            EventSizeLimit = dropsTooLarge ? int.MaxValue : options.EventSizeLimitBytes,
            IsJson = isJson,
            RenderAtCall = true,
            Time = options.TimeProvider,
        };
}
