using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Intake;

/// <summary>
/// The way of an event from the log call into the core, the same for every front door: a bounded entrance, rendering on the pump's thread
/// or within the call, flush, and a bounded close. Every event is handed over to the core once, or counted, reported, and told to the front
/// door as dropped.
/// </summary>
#pragma warning disable CA1001 // The close disposes of what there is.
internal sealed class EventIntake<TEvent> : IDrainable
#pragma warning restore CA1001
{
    /// <summary>What is cut off ends at once, unless code of the application hangs; the close goes on without it then.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(0.5);

    /// <summary>For the core's own end, which may write to disk what it was just given.</summary>
    public static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(2);

    private readonly OssAppender _appender;
    private readonly IFrontDoor<TEvent> _frontDoor;
    private readonly IntakeSettings _settings;
    private readonly IEventPump<TEvent>? _pump;
    private readonly Action<TEvent>? _post;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly object _closing = new();
    private Task<string?>? _closed;
    private volatile bool _isClosed;

    // The pump's thread's own.
    private readonly RenderBuffer _buffer = new();
    private int _handedOver;

    /// <param name="appender">Takes the rendered events; closed with the intake.</param>
    /// <param name="frontDoor">Knows the events.</param>
    /// <param name="settings">Settings that have been checked.</param>
    /// <param name="makePump">Makes the pump; not called if events are rendered within their calls.</param>
    public EventIntake(
        OssAppender appender, IFrontDoor<TEvent> frontDoor, IntakeSettings settings, Func<EventIntake<TEvent>, IEventPump<TEvent>> makePump)
    {
        _appender = appender;
        _frontDoor = frontDoor;
        _settings = settings;
        Gate = new AdmissionGate(settings.QueueLimit, settings.CallerTimeout, settings.Time, settings.BatchSize, settings.BatchInterval);
        if (settings.RenderAtCall)
            return;

        _pump = makePump(this);
        _post = _pump.Post;
        appender.ObserveQueue(() => Gate.Count, settings.QueueLimit);
    }

    /// <summary>The entrance of the queue; nothing is inside where events are rendered within their calls.</summary>
    public AdmissionGate Gate { get; }

    /// <inheritdoc />
    public TimeSpan CloseTimeout => _settings.CloseTimeout;

    /// <summary>Takes an event on the thread that logs it. Never throws, unless the front door's <see cref="IFrontDoor{TEvent}.OnDropped"/> does.</summary>
    /// <returns>False after the close: the event is the caller's again.</returns>
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
    /// Renders events in their order and hands each over to the core, waiting while that has no space: so the queue fills, and its rules
    /// decide. Called by the pump. Never throws.
    /// </summary>
    public async Task HandOverAsync(IEnumerable<TEvent> batch)
    {
        // What rendering calls may log to the same logger.
        using var delivery = _appender.EnterDelivery();
        foreach (var logEvent in batch)
        {
            var origin = Gate.OriginOfNext();
            var rendered = default(Rendered);
            var cause = _giveUp.IsCancellationRequested ? DropCause.CloseTimeOver : Render(logEvent, origin, _buffer, out rendered);

            // A close may have given the event up while rendering hung.
            if (!Gate.TryClaim())
                return;

            var isTaken = cause is null;
            if (isTaken && !IsLeftOut(logEvent, origin, rendered))
            {
                try
                {
                    var appending = _appender.AppendAsync(
                        rendered.Record with
                        {
                            IsFromDelivery = origin is EventOrigin.Delivery or EventOrigin.FailureListenerInDelivery,
                            YieldsIfRefused = _settings.YieldsIfRefused,
                        },
                        _giveUp.Token);
                    if (!appending.IsCompleted)
                    {
                        // While this event waits for space in the core, those before it have left the queue.
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

    /// <summary>Sends what waits at once, and ends when every event taken before has its outcome. It takes events meanwhile and afterwards.</summary>
    /// <param name="target">What to wait for.</param>
    /// <param name="cancellationToken">Ends the wait, not the delivery.</param>
    /// <returns>Whether everything that waited is there, and nothing that was taken since the flush before was dropped.</returns>
    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken)
    {
        var areHandedOver = await Gate.WhenLeft().WaitAsync(Timeout.InfiniteTimeSpan, _settings.Time, cancellationToken).ConfigureAwait(false);
        return await _appender.FlushAsync(target, cancellationToken).ConfigureAwait(false) && areHandedOver;
    }

    /// <inheritdoc />
    public Task<bool> FlushAsync(CancellationToken cancellationToken) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    /// <summary>Takes no more events, delivers what waits within the time, and drops the rest. A second call waits for the first one's end.</summary>
    /// <returns>What went wrong with the close itself; null if nothing did.</returns>
    public Task<string?> CloseAsync(TimeSpan timeout)
    {
        lock (_closing)
            return _closed ??= BeginClose(_settings.Time.GetTimestamp(), timeout);
    }

    /// <inheritdoc />
    Task IDrainable.CloseAsync(TimeSpan timeout) => CloseAsync(timeout);

    private Task<string?> BeginClose(long begun, TimeSpan timeout)
    {
        _isClosed = true;
        Gate.Close();
        return BoundedWait.RunAsync(() => Close(begun, timeout));
    }

    // On a thread of its own, which the application's stuck ones do not hold up.
    private string? Close(long begun, TimeSpan timeout)
    {
        if (_pump is not null)
            Drain(_pump, begun, timeout);

        var rest = BoundedWait.Remaining(begun, timeout, _settings.Time);
        var closing = _appender.CloseAsync(rest);
        if (!BoundedWait.For(closing, rest + LongestGrace, _settings.Time))
            return "closing did not end in time; the client, or the failure listener, does not come back.";

        return closing.Exception?.GetBaseException() is { } e ? $"closing failed with {e.GetType()}: {e.Message}" : null;
    }

    private void Drain(IEventPump<TEvent> pump, long begun, TimeSpan timeout)
    {
        var draining = BoundedWait.RunAsync(() =>
        {
            pump.Drain();
            return true;
        });

        // With a buffer the queue is one short step from safety: even a close that does not wait lets it take that step.
        if (!BoundedWait.For(draining, begun, _settings.HasBuffer && timeout < LongestGrace ? LongestGrace : timeout, _settings.Time))
        {
            _giveUp.Cancel();
            _ = BoundedWait.For(draining, StopGrace, _settings.Time);
        }

        // There is a rest if rendering, or a listener, hangs on the pump's thread.
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

    // The short way: the event becomes bytes on the thread that logs it. Calls that wait for space are sent away by the core's own close.
    private bool TryTakeAtCall(TEvent logEvent)
    {
        if (_isClosed)
            return false;

        var origin = _frontDoor.Origin;
        var buffer = RenderBuffer.Take();
        Rendered rendered;
        DropCause? cause;
        using (_appender.EnterDeliveryOnThread())
            cause = Render(logEvent, origin, buffer, out rendered);

        var isTaken = cause is null;
        try
        {
            if (isTaken && !IsLeftOut(logEvent, origin, rendered))
                isTaken = _appender.Append(rendered.Record, _settings.CallerTimeout);
        }
        catch (Exception e)
        {
            (isTaken, cause) = (false, DropCause.NotTaken(e));
        }

        RenderBuffer.GiveBack(buffer);
        if (!isTaken)
            Gate.CountDropped();
        if (cause is not null)
            Drop(logEvent, origin, cause, isAtCall: true);
        return true;
    }

    // Whether the event wrote nothing; if not, it is the caller's to hand over.
    private bool IsLeftOut(TEvent logEvent, EventOrigin origin, in Rendered rendered)
    {
        if (rendered.IsReplaced)
            _appender.CountReplaced(1);
        if (!rendered.Record.Utf8.IsEmpty)
            return false;

        _frontDoor.OnLeftOut(logEvent, origin);
        return true;
    }

    // Null if the event was rendered, or wrote nothing.
    private DropCause? Render(TEvent logEvent, EventOrigin origin, RenderBuffer buffer, out Rendered rendered)
    {
        rendered = default;
        try
        {
            buffer.Clear();
            _frontDoor.Render(logEvent, buffer);
            var size = buffer.Utf8.Written.Length;
            if (size == 0)
                return null;

            var isReplaced = false;
            if (size > _settings.EventSizeLimit)
            {
                // If the placeholder is too large as well, the core drops the event.
                buffer.Clear();
                _frontDoor.Render(_frontDoor.PlaceholderOf(logEvent, size, _settings.EventSizeLimit), buffer);
                isReplaced = buffer.Utf8.Written.Length <= _settings.EventSizeLimit;
            }

            var record = new LogRecord(_frontDoor.TimeOf(logEvent), buffer.Utf8.Written)
            {
                KeyValues = _frontDoor.KeyValuesOf(logEvent, buffer),
                State = _frontDoor.StateOf(logEvent, origin),
            };
            rendered = new Rendered(record, isReplaced);
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
            // It is counted and reported already, and the pump must go on.
        }
    }

    private void LeaveQueue()
    {
        if (_handedOver > 0)
            Gate.Leave(_handedOver);
        _handedOver = 0;
    }
}

/// <summary>An event as a record, which is empty if it wrote nothing.</summary>
/// <param name="Record">The record; its bytes are the buffer's.</param>
/// <param name="IsReplaced">Whether it is a placeholder for an event that is too large.</param>
internal readonly record struct Rendered(LogRecord Record, bool IsReplaced);

/// <summary>The checked settings of an intake.</summary>
/// <param name="QueueLimit">The most events that wait to be rendered.</param>
/// <param name="BatchSize">How many are rendered at a time.</param>
/// <param name="BatchInterval">How often events are rendered that come one by one.</param>
/// <param name="CallerTimeout">How long a log call waits for space; zero not at all, infinite for as long as it takes.</param>
/// <param name="CloseTimeout">How long a close waits for delivery.</param>
internal sealed record IntakeSettings(int QueueLimit, int BatchSize, TimeSpan BatchInterval, TimeSpan CallerTimeout, TimeSpan CloseTimeout)
{
    /// <summary>The most bytes of an event that is not replaced by a placeholder.</summary>
    public int EventSizeLimit { get; init; } = int.MaxValue;

    /// <summary>Whether an event that OSS refuses is dropped where the others behind it would have to wait.</summary>
    public bool YieldsIfRefused { get; init; }

    /// <summary>Whether what the core takes is on disk soon.</summary>
    public bool HasBuffer { get; init; }

    /// <summary>Whether events are rendered on the threads that log them, without a queue.</summary>
    public bool RenderAtCall { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
