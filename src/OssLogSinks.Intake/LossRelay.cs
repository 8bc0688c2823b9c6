using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake;

/// <summary>
/// Passes lost events to the user's listener, each once, except those that the listener itself logged. Without a listener it keeps no events
/// alive; the core's reports are enough then.
/// </summary>
internal abstract class LossRelay<TEvent> : IDeliveryListener
    where TEvent : class
{
    // The origin of events that the listener, or code that it calls, logs; null while it is not called.
    private readonly AsyncLocal<EventOrigin?> _telling = new();

    /// <summary>Whether there is a listener.</summary>
    protected abstract bool HasListener { get; }

    /// <summary>Who is logging now.</summary>
    public EventOrigin OriginOf(OssAppender appender)
    {
        if (HasListener && _telling.Value is { } listener)
            return listener;

        return appender.IsCalledByDelivery ? EventOrigin.Delivery : EventOrigin.Application;
    }

    /// <summary>
    /// Whether the listener is told of the loss of such an event. Losses of events that the listener itself logged are not passed to it, because
    /// it might log another event for each, endlessly. They are counted and reported like all others.
    /// </summary>
    public bool TellsOf(EventOrigin origin) => HasListener && origin is not (EventOrigin.FailureListener or EventOrigin.FailureListenerInDelivery);

    /// <summary>The state of an event's record, used to report its loss; null if the listener is not told of it.</summary>
    public object? StateOf(TEvent logEvent, EventOrigin origin) =>
        !TellsOf(origin) ? null : origin == EventOrigin.Delivery ? new EventOfDelivery(logEvent) : logEvent;

    public void OnDelivered(IReadOnlyList<object> states)
    {
    }

    public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
    {
        var events = states.Select(state => state as TEvent ?? ((EventOfDelivery)state).Event).ToArray();
        if (!states.Any(state => state is TEvent))
        {
            // What the listener logs here counts as delivery; otherwise each such loss would cause another append.
            Tell(events, failure, EventOrigin.FailureListenerInDelivery);
            return;
        }

        using (DeliveryScope.EnterForDrops())
            Tell(events, failure, EventOrigin.FailureListener);
    }

    /// <summary>Calls the listener.</summary>
    protected abstract void Tell(IReadOnlyCollection<TEvent> events, OssDeliveryException failure);

    /// <summary>Reports that the listener threw.</summary>
    protected abstract void OnListenerFailed(Exception failure);

    private void Tell(IReadOnlyCollection<TEvent> events, OssDeliveryException failure, EventOrigin listener)
    {
        if (!HasListener || _telling.Value is not null)
            return;

        _telling.Value = listener;
        try
        {
            Tell(events, failure);
        }
        catch (Exception e)
        {
            OnListenerFailed(e);
        }
        finally
        {
            _telling.Value = null;
        }
    }

    private sealed record EventOfDelivery(TEvent Event);
}
