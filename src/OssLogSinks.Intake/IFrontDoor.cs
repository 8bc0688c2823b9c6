using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake;

/// <summary>
/// A front door is what an application logs through: a sink, a target. This is what it knows of its framework's events: how to render one, and whom to tell about a drop. Everything else is the
/// <see cref="EventIntake{TEvent}"/>'s. Rendering members are called within a delivery scope, and may throw.
/// </summary>
internal interface IFrontDoor<TEvent>
{
    /// <summary>Who logs an event on the calling thread now.</summary>
    EventOrigin Origin { get; }

    /// <summary>Writes the event, its line ending included. An event that writes nothing is left out.</summary>
    void Render(TEvent logEvent, RenderBuffer buffer);

    /// <summary>A small event with the same time and level that says how large this one was.</summary>
    TEvent PlaceholderOf(TEvent logEvent, int size, int sizeLimit);

    /// <summary>The event's own time.</summary>
    DateTimeOffset TimeOf(TEvent logEvent);

    /// <summary>The event's values for the object key's places. Valid until the buffer is used again.</summary>
    ReadOnlyMemory<string?> KeyValuesOf(TEvent logEvent, RenderBuffer buffer);

    /// <summary>What the core's listener is told of the event's outcome with; null if nobody needs to know.</summary>
    object? StateOf(TEvent logEvent, EventOrigin origin);

    /// <summary>An event wrote nothing, so there is nothing to deliver.</summary>
    void OnLeftOut(TEvent logEvent, EventOrigin origin);

    /// <summary>An event was dropped before the core took it; it is counted and reported already.</summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="origin">Who logged it.</param>
    /// <param name="cause">Why.</param>
    /// <param name="isAtCall">Whether this is the thread that logs the event.</param>
    void OnDropped(TEvent logEvent, EventOrigin origin, DropCause cause, bool isAtCall);
}

/// <summary>Who logged an event.</summary>
internal enum EventOrigin
{
    /// <summary>The application.</summary>
    Application,

    /// <summary>Something that delivery calls.</summary>
    Delivery,

    /// <summary>The failure listener, because of a drop.</summary>
    FailureListener,

    /// <summary>The failure listener, because an event was dropped that delivery itself had logged: part of the delivery.</summary>
    FailureListenerInDelivery,
}

/// <summary>Why an event is dropped before the core takes it.</summary>
internal sealed class DropCause
{
    public static readonly DropCause QueueFull = new(
        DropReason.QueueFull, "the queue was full: more is logged than can be rendered, or OSS takes less than is logged.");

    public static readonly DropCause Closed = new(DropReason.Closed, "the logger was closed.");

    public static readonly DropCause CloseTimeOver = new(DropReason.CloseTimeOver, "the application stopped before there was space for them.");

    public static readonly DropCause RenderingHangs = new(
        DropReason.CloseTimeOver, "the application stopped while rendering or reporting did not go on.");

    // Made once for the reasons that come often: in an outage each event is told.
    private readonly string _message;

    /// <param name="reason">The reason.</param>
    /// <param name="why">A short sentence for the report; no event text in it.</param>
    /// <param name="error">What was thrown, if anything.</param>
    private DropCause(DropReason reason, string why, Exception? error = null)
    {
        Reason = reason;
        Why = why;
        Error = error;
        _message = $"The event was given up ({reason}): {why}";
    }

    public DropReason Reason { get; }

    public string Why { get; }

    public Exception? Error { get; }

    /// <summary>An event could not be rendered. The report names the exception's type only: its text may hold anything.</summary>
    public static DropCause Unrendered(Exception error) => new(DropReason.FormatError, $"rendering it failed with {error.GetType()}.", error);

    /// <summary>The core threw instead of taking a rendered event: a fault of a listener, or of ours.</summary>
    public static DropCause NotTaken(Exception error) => new(DropReason.FormatError, $"handing it over failed with {error.GetType()}.", error);

    public OssDeliveryException ToException() => new(Reason, _message, Error);
}
