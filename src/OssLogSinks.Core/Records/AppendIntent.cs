namespace OssLogSinks.Core.Records;

/// <summary>
/// What has to be known of an append that is about to be sent, to find out after a crash whether it landed.
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
    /// What earlier processes sent to the same place, in doubt still, where the same records have come to other bytes: through
    /// another compressor or header.
    /// </summary>
    public IReadOnlyList<SentBody> Earlier { get; init; } = [];

    /// <summary>The bytes of the append, as far as a note can hold them.</summary>
    public SentBody Body => new(Length, Crc64);

    /// <summary>Whether both are for the same records at the same place.</summary>
    public bool IsAtPlaceOf(AppendIntent other) =>
        (Sequence, Position.Length, FirstId, LastId) == (other.Sequence, other.Position.Length, other.FirstId, other.LastId);

    /// <summary>The same intent, and that other bytes were sent before.</summary>
    public AppendIntent After(SentBody body) => body == Body || Earlier.Contains(body) ? this : this with { Earlier = [.. Earlier, body] };
}

/// <summary>An append whose bytes are no longer known, except for their number and CRC-64.</summary>
internal sealed record SentBody(long Length, ulong Crc64);

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
