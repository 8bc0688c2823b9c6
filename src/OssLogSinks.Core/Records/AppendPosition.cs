namespace OssLogSinks.Core.Records;

/// <summary>
/// An object's length and CRC-64 as this writer believes them: the fence of its next append, and what the append's
/// outcome is judged by.
/// </summary>
/// <param name="Length">Bytes in the object.</param>
/// <param name="Crc64">CRC-64/XZ of these bytes; null where the service does not tell.</param>
internal readonly record struct AppendPosition(long Length, ulong? Crc64)
{
    /// <summary>Where an object begins that does not exist yet.</summary>
    public static AppendPosition Start { get; } = new(0, 0);

    /// <summary>The position after bytes of this length and CRC-64 were appended.</summary>
    public AppendPosition Advance(long byteCount, ulong crc64) =>
        new(Length + byteCount, Crc64 is { } before ? Client.Crc64.Combine(before, crc64, byteCount) : null);
}
