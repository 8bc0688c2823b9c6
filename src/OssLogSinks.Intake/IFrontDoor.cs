using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake;

/// <summary>
/// What the <see cref="EventIntake{TEvent}"/> needs to know about a logging framework's events: how to render one, and how to report a drop.
/// A front door is the sink or target that an application logs through. Rendering members are called within a delivery scope and may throw.
/// </summary>
internal interface IFrontDoor<TEvent>
{
    /// <summary>Who is logging on the calling thread.</summary>
    EventOrigin Origin { get; }

    /// <summary>Writes the event, including its line ending. An event that writes nothing is left out.</summary>
    void Render(TEvent logEvent, RenderBuffer buffer);

    /// <summary>A small event with the same time and level that states the original's size.</summary>
    TEvent PlaceholderOf(TEvent logEvent, int size, int sizeLimit);

    /// <summary>The event's own time.</summary>
    DateTimeOffset TimeOf(TEvent logEvent);

    /// <summary>The event's values for the placeholders of the object key. Valid until the buffer is used again.</summary>
    ReadOnlyMemory<string?> KeyValuesOf(TEvent logEvent, RenderBuffer buffer);

    /// <summary>The object that the core's listener gets with the event's outcome; null if no outcome is needed.</summary>
    object? StateOf(TEvent logEvent, EventOrigin origin);

    /// <summary>Called if an event wrote nothing, so there is nothing to deliver.</summary>
    void OnLeftOut(TEvent logEvent, EventOrigin origin);

    /// <summary>Called if an event was dropped before the core took it. It is already counted and reported.</summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="origin">Who logged it.</param>
    /// <param name="cause">Why.</param>
    /// <param name="isAtCall">Whether the call is on the thread that logs the event.</param>
    void OnDropped(TEvent logEvent, EventOrigin origin, DropCause cause, bool isAtCall);
}

/// <summary>Who logged an event.</summary>
internal enum EventOrigin
{
    /// <summary>The application.</summary>
    Application,

    /// <summary>Code that delivery calls.</summary>
    Delivery,

    /// <summary>The failure listener, while it handles a drop.</summary>
    FailureListener,

    /// <summary>The failure listener, while it handles the drop of an event that delivery itself logged; counts as delivery.</summary>
    FailureListenerInDelivery,
}

/// <summary>Why an event is dropped before the core takes it.</summary>
internal sealed class DropCause
{
    public static readonly DropCause QueueFull = new(
        DropReason.QueueFull, "the queue was full: events are logged faster than they can be rendered or sent to OSS.");

    public static readonly DropCause Closed = new(DropReason.Closed, "the logger was closed.");

    public static readonly DropCause CloseTimeOver = new(DropReason.CloseTimeOver, "the application stopped before there was space for them.");

    public static readonly DropCause RenderingHangs = new(
        DropReason.CloseTimeOver, "the application stopped while rendering or reporting was stuck.");

    private OssDeliveryException? _exception;

    /// <param name="reason">The reason.</param>
    /// <param name="why">A short sentence for the report, without event text.</param>
    /// <param name="error">The exception, if any.</param>
    private DropCause(DropReason reason, string why, Exception? error = null)
    {
        Reason = reason;
        Why = why;
        Error = error;
    }

    public DropReason Reason { get; }

    public string Why { get; }

    public Exception? Error { get; }

    /// <summary>An event could not be rendered. The report names only the exception's type, because its message may contain secrets.</summary>
    public static DropCause Unrendered(Exception error) => new(DropReason.FormatError, $"rendering failed with {error.GetType()}.", error);

    /// <summary>The core threw when it was given a rendered event: a bug in a listener or in this library.</summary>
    public static DropCause NotTaken(Exception error) => new(DropReason.FormatError, $"passing the event to the buffer failed with {error.GetType()}.", error);

    /// <summary>
    /// What front doors pass on. It is the same exception for all events with this cause: in an outage each event is dropped at its call, and
    /// creating an exception for each would take most of the time.
    /// </summary>
    public OssDeliveryException ToException() => _exception ??= new(Reason, $"The event was dropped ({Reason}): {Why}", Error);
}

/// <summary>The text of the small event that replaces one that is too large. A message template for all frameworks.</summary>
internal static class Placeholder
{
    public const string Template = "An event of {EventSize} bytes was left out because it is larger than {EventSizeLimit} bytes. It began: {EventBeginning:l}";

    private const int LongestBeginning = 200;

    /// <summary>The values of the template, and the template itself, for a framework that has no events apart from its log calls.</summary>
    public static Dictionary<string, object?> ValuesOf(int size, int sizeLimit, string beginning) => new()
    {
        ["EventSize"] = size,
        ["EventSizeLimit"] = sizeLimit,
        ["EventBeginning"] = beginning,
        [EventValues.TemplateName] = Template,
    };

    /// <summary>The template's text with these values.</summary>
    public static string TextOf(Dictionary<string, object?> values) =>
        Template
            .Replace("{EventSize}", $"{values["EventSize"]}")
            .Replace("{EventSizeLimit}", $"{values["EventSizeLimit"]}")
            .Replace("{EventBeginning:l}", $"{values["EventBeginning"]}");

    /// <summary>The beginning of the replaced event's template: 200 characters at most.</summary>
    public static string BeginningOf(string? template) =>
        template is not { Length: > LongestBeginning } ? template ?? "" : template.Substring(0, LongestBeginning);
}
