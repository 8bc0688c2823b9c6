using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Diagnostics;

/// <summary>
/// Passes lost events to Serilog's failure listener, each exactly once. Without a user's listener it keeps no events alive; the core's
/// reports are enough then.
/// </summary>
internal sealed class FailureRelay : IDeliveryListener
{
    private readonly object _sender;

    // The origin of events that the listener, or code that it calls, logs; null while it is not called.
    private readonly AsyncLocal<EventOrigin?> _telling = new();

    // Set while the logger is configured, before the first event.
    private ILoggingFailureListener? _listener;

    public FailureRelay(object sender) => _sender = sender;

    public void SetListener(ILoggingFailureListener listener) =>
        _listener = ReferenceEquals(listener, SelfLog.FailureListener) ? null : listener;

    /// <summary>Who is logging now.</summary>
    public EventOrigin OriginOf(OssAppender appender)
    {
        if (_listener is not null && _telling.Value is { } listener)
            return listener;

        return appender.IsCalledByDelivery ? EventOrigin.Delivery : EventOrigin.Application;
    }

    /// <summary>
    /// The state of an event's record, used to report its loss; null without a listener. Losses of events that the listener itself logged are
    /// not passed to it, because it might log another event for each, endlessly. They are counted and reported like all others.
    /// </summary>
    public object? StateOf(LogEvent logEvent, EventOrigin origin)
    {
        if (_listener is null || origin is EventOrigin.FailureListener or EventOrigin.FailureListenerInDelivery)
            return null;

        return origin == EventOrigin.Delivery ? new EventOfDelivery(logEvent) : logEvent;
    }

    public void OnDelivered(IReadOnlyList<object> states)
    {
    }

    public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
    {
        var events = states.Select(state => state as LogEvent ?? ((EventOfDelivery)state).Event).ToArray();
        if (!states.Any(state => state is LogEvent))
        {
            // What the listener logs here counts as delivery; otherwise each such loss would cause another append.
            Tell(events, failure, EventOrigin.FailureListenerInDelivery);
            return;
        }

        using (DeliveryScope.EnterForDrops())
            Tell(events, failure, EventOrigin.FailureListener);
    }

    private void Tell(IReadOnlyCollection<LogEvent> events, OssDeliveryException failure, EventOrigin listener)
    {
        if (_listener is null || _telling.Value is not null)
            return;

        var kind = failure.Reason is DropReason.CloseTimeOver or DropReason.Closed ? LoggingFailureKind.Final : LoggingFailureKind.Permanent;
        _telling.Value = listener;
        try
        {
            _listener.OnLoggingFailed(_sender, kind, failure.Message, events, failure);
        }
        catch (Exception e)
        {
            SelfLog.WriteLine("OssAppend: the failure listener itself failed, with {0}.", e.GetType());
        }
        finally
        {
            _telling.Value = null;
        }
    }

    private sealed record EventOfDelivery(LogEvent Event);
}
