namespace OssLogSinks.Core.Records;

/// <summary>One rendered event, as the appender takes it.</summary>
/// <param name="Time">The event's own time, which decides its object; never the time of sending.</param>
/// <param name="Utf8">
/// The event as UTF-8, line ending included; stored as it is and never split. The bytes are copied; they must not
/// change until the call that brings them has ended.
/// </param>
public readonly record struct LogRecord(DateTimeOffset Time, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>
    /// The event's values for the key's property places, in the order of
    /// <see cref="Keys.ObjectKeyTemplate.PropertyNames"/>. Default: none.
    /// </summary>
    public ReadOnlyMemory<string?> KeyValues { get; init; }

    /// <summary>
    /// What the <see cref="Telemetry.IDeliveryListener"/> is handed when the record is stored or lost: the event itself,
    /// for instance. Null, the default, if nobody needs to know; a record without it costs nothing but its bytes, one with it
    /// counts 512 bytes more against the memory limit, for the event that it keeps alive.
    /// </summary>
    public object? State { get; init; }

    /// <summary>
    /// Whether the event was logged by what delivery calls: it waits for no space then, and makes no append due. Null, the default,
    /// for what <see cref="OssAppender.IsCalledByDelivery"/> says where the record is appended; to be set by whoever has let the event wait
    /// in between.
    /// </summary>
    public bool? IsFromDelivery { get; init; }

    /// <summary>
    /// Whether the record is given up, and not waited for, where OSS refuses what its key says and its share of the memory is full. Set by
    /// a queue in front, whose other events would wait behind it. Default: false.
    /// </summary>
    public bool YieldsIfRefused { get; init; }
}
