namespace OssLogSinks.Core.Records;

/// <summary>One rendered event.</summary>
/// <param name="Time">The event's own time, which decides its object.</param>
/// <param name="Utf8">
/// The event as UTF-8, with its line ending; stored as it is and never split. The bytes are copied, and must not change until the call has
/// ended.
/// </param>
public readonly record struct LogRecord(DateTimeOffset Time, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>
    /// The event's values for the properties in the key, in the order of
    /// <see cref="Keys.ObjectKeyTemplate.PropertyNames"/>. Default: none.
    /// </summary>
    public ReadOnlyMemory<string?> KeyValues { get; init; }

    /// <summary>
    /// Passed to the <see cref="Telemetry.IDeliveryListener"/> when the record is delivered or dropped; the event itself, for instance. A
    /// record with a state counts 512 bytes more against the memory limit, for the event that it keeps alive. Default: null, and the
    /// listener is not called.
    /// </summary>
    public object? State { get; init; }

    /// <summary>
    /// Whether code that delivery calls has logged the event; then it never waits for space, and causes no append. Default: null, which
    /// means <see cref="OssAppender.IsCalledByDelivery"/> at the time of the append. Set it if the event has waited in a queue.
    /// </summary>
    public bool? IsFromDelivery { get; init; }

    /// <summary>
    /// Whether the record is one JSON object, which decides how <see cref="OssAppenderOptions.IncludeSequence"/> adds its number: as fields, or
    /// at the end of the text. A record that does not begin with <c>{</c> and end with <c>}</c> is text all the same. Default: null, and a record
    /// is JSON if a quotation mark or the end follows its first <c>{</c>, and its last character is <c>}</c>.
    /// </summary>
    public bool? IsJson { get; init; }

    /// <summary>
    /// Whether the record is dropped instead of waiting if OSS refuses its stream and the stream's share of the memory is full. Set it if
    /// other events wait behind it in a queue. Default: false.
    /// </summary>
    public bool YieldsIfRefused { get; init; }
}
