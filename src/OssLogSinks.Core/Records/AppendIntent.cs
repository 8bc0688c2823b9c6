namespace OssLogSinks.Core.Records;

/// <summary>
/// The journal entry of an append that is about to be sent: what is needed to find out after a crash whether it was applied.
/// </summary>
/// <param name="Sequence">The object's number within its stream.</param>
/// <param name="Position">The object's end before the append, and the CRC-64 of what is there.</param>
/// <param name="Length">Bytes of the append.</param>
/// <param name="Crc64">CRC-64/XZ of these bytes alone.</param>
/// <param name="FirstId">Number of the first record in it.</param>
/// <param name="LastId">Number of the last record in it.</param>
internal sealed record AppendIntent(int Sequence, AppendPosition Position, long Length, ulong Crc64, long FirstId, long LastId)
{
    /// <summary>
    /// Other bytes of the same records that earlier processes sent to the same position and that are still in doubt. They differ by
    /// compressor or header.
    /// </summary>
    public IReadOnlyList<SentBody> Earlier { get; init; } = [];

    public SentBody Body => new(Length, Crc64);

    /// <summary>Whether both are for the same records at the same position.</summary>
    public bool IsAtPlaceOf(AppendIntent other) =>
        (Sequence, Position.Length, FirstId, LastId) == (other.Sequence, other.Position.Length, other.FirstId, other.LastId);

    /// <summary>The same intent, with other bytes that were sent before.</summary>
    public AppendIntent After(SentBody body) => body == Body || Earlier.Contains(body) ? this : this with { Earlier = [.. Earlier, body] };
}

/// <summary>Length and CRC-64 of an append's bytes.</summary>
internal sealed record SentBody(long Length, ulong Crc64);

/// <summary>
/// An object's length and CRC-64 as this writer knows them. OSS refuses the next append if the length is another.
/// </summary>
/// <param name="Length">Bytes in the object.</param>
/// <param name="Crc64">CRC-64/XZ of these bytes; null if the service does not tell it.</param>
internal readonly record struct AppendPosition(long Length, ulong? Crc64)
{
    /// <summary>The position of an object that does not exist yet.</summary>
    public static AppendPosition Start { get; } = new(0, 0);

    /// <summary>The position after bytes of this length and CRC-64 were appended.</summary>
    public AppendPosition Advance(long byteCount, ulong crc64) =>
        new(Length + byteCount, Crc64 is { } before ? Client.Crc64.Combine(before, crc64, byteCount) : null);
}
