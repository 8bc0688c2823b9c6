namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Notified of the outcome of every record with a <see cref="Records.LogRecord.State"/>, exactly once. Called on background threads, or on the
/// appending thread if the record is refused at once. Must not throw or close the appender, and should be fast, since delivery waits for it.
/// </summary>
public interface IDeliveryListener
{
    /// <summary>
    /// The records are in OSS, or, with a <see cref="OssAppenderOptions.BufferPath"/>, on disk, as safe as
    /// <see cref="OssAppenderOptions.BufferSync"/> makes them. Records that are dropped after that are counted and reported, but the listener is
    /// not called.
    /// </summary>
    /// <param name="states">Their states, in the order in which the records were accepted. Do not keep the list.</param>
    void OnDelivered(IReadOnlyList<object> states);

    /// <summary>The records were dropped.</summary>
    /// <param name="states">Their states, in the order in which the records were accepted. Do not keep the list.</param>
    /// <param name="failure">Why, with the last error of the service as its inner exception, if there was one.</param>
    void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure);
}

/// <summary>
/// Events were dropped. The message contains no secrets, no event text and no braces, which can end a logging library's loop when it uses
/// the message as a format.
/// </summary>
/// <remarks>One object can be the exception of many events. To throw it, wrap it in another exception; do not add to its <see cref="Exception.Data"/>.</remarks>
public sealed class OssDeliveryException : Exception
{
    /// <summary>Creates an exception without details.</summary>
    public OssDeliveryException()
    {
    }

    /// <summary>Creates an exception with a message only.</summary>
    public OssDeliveryException(string message)
        : base(PlainText.OneLine(message))
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public OssDeliveryException(string message, Exception? innerException)
        : base(PlainText.OneLine(message), innerException)
    {
    }

    /// <summary>Creates an exception for dropped events, with the section of docs/troubleshooting.md about the reason as its <see cref="Exception.HelpLink"/>.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">Why, in a sentence.</param>
    /// <param name="innerException">The last error of the service; null if there was none.</param>
    public OssDeliveryException(DropReason reason, string message, Exception? innerException)
        : this(message, innerException)
    {
        Reason = reason;
        HelpLink = HelpAnchors.LinkTo(HelpAnchors.For(reason));
    }

    /// <summary>Why the events were dropped.</summary>
    public DropReason Reason { get; }

    /// <summary>
    /// Whether the events were in an append that is in doubt, so that they may be in OSS. Default: false.
    /// </summary>
    public bool MayBeDelivered { get; init; }

    /// <summary>
    /// Gives type and message, and of inner exceptions the message if they are this library's own, otherwise the type only. No braces, no
    /// stack.
    /// </summary>
    public override string ToString() => PlainText.Describe(this);
}

/// <summary>Why an event was dropped.</summary>
public enum DropReason
{
    /// <summary>The queue in front of the appender was full.</summary>
    QueueFull,

    /// <summary>The buffer was full: for some time, more was logged than OSS accepted.</summary>
    BufferFull,

    /// <summary>The event is larger than a record may be.</summary>
    TooLarge,

    /// <summary>The event could not be rendered.</summary>
    FormatError,

    /// <summary>The object has reached its size limit, and rolling by size is switched off.</summary>
    ObjectFull,

    /// <summary>OSS did not take the event within the retry time.</summary>
    RetryTimeOver,

    /// <summary>The application stopped, and the time to close was over.</summary>
    CloseTimeOver,

    /// <summary>The event came after the close.</summary>
    Closed,

    /// <summary>
    /// The append was refused, or there were no valid credentials for it, so that only an operator can help; and
    /// <see cref="OssAppenderOptions.RetryRefusals"/> is off, as it always is in an audit.
    /// </summary>
    Refused,

    /// <summary>The event was in the buffer on disk, which is damaged or was removed while the process ran.</summary>
    Unreadable,
}

/// <summary>The names of the reasons, cached because each dropped event needs one.</summary>
internal static class DropReasonNames
{
    // In the order of their values, which count up from 0.
    private static readonly string[] Names = typeof(DropReason).GetEnumNames();

    public static int Count => Names.Length;

    public static string Of(DropReason reason) => Names[(int)reason];
}
