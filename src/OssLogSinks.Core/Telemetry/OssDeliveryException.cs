namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Says why events were given up. Its text holds neither secrets, nor event text, nor braces (a brace in an exception's
/// text can end a logging library's own loop when it is used as a format).
/// </summary>
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

    /// <summary>Creates an exception with a message and the error behind it.</summary>
    public OssDeliveryException(string message, Exception? innerException)
        : base(PlainText.OneLine(message), innerException)
    {
    }

    /// <summary>Creates an exception for events given up for a reason.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">Why, in a sentence.</param>
    /// <param name="innerException">The last error of the service; null if there was none.</param>
    public OssDeliveryException(DropReason reason, string message, Exception? innerException)
        : this(message, innerException) =>
        Reason = reason;

    /// <summary>Why the events were given up.</summary>
    public DropReason Reason { get; }

    /// <summary>
    /// Whether the events were in an append whose outcome is in doubt: they may be stored in OSS all the same. Default: false.
    /// </summary>
    public bool MayBeStored { get; init; }

    /// <summary>
    /// Gives type and message, and the inner error: its message if it is one of this library's own, its type alone otherwise, since
    /// another's words may hold anything. No braces, no stack.
    /// </summary>
    public override string ToString() => PlainText.Describe(this);
}
