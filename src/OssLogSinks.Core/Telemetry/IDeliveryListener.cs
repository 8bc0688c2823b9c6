namespace OssLogSinks.Core.Telemetry;

/// <summary>
/// Learns the outcome of every record that carries a <see cref="Records.LogRecord.State"/>: exactly one call per record.
/// Called on background threads, or on the appending thread if the record is refused at once. Must not throw, must not close the appender,
/// and should be fast: delivery waits for it.
/// </summary>
public interface IDeliveryListener
{
    /// <summary>
    /// The records are in OSS; or, with a <see cref="OssAppenderOptions.BufferPath"/>, on disk: as safe as
    /// <see cref="OssAppenderOptions.BufferSync"/> makes them. Records that are dropped after that are counted and reported, but not passed
    /// to the listener.
    /// </summary>
    /// <param name="states">Their states, in the order in which the records were accepted. Not to be kept.</param>
    void OnDelivered(IReadOnlyList<object> states);

    /// <summary>The records were given up.</summary>
    /// <param name="states">Their states, in the order in which the records were accepted. Not to be kept.</param>
    /// <param name="failure">Why, with the last error of the service as its inner exception, if there was one.</param>
    void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure);
}

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
    public bool MayBeDelivered { get; init; }

    /// <summary>
    /// Gives type and message, and the inner error: its message if it is one of this library's own, its type alone otherwise, since
    /// another's words may hold anything. No braces, no stack.
    /// </summary>
    public override string ToString() => PlainText.Describe(this);
}
