namespace OssLogSinks.Emulator.Storage;

/// <summary>A body as received: its length, CRC-64, MD5 if needed, and its bytes unless the emulator keeps none.</summary>
internal sealed record RequestBody(long Length, ulong Crc64, byte[]? Md5, IReadOnlyList<ReadOnlyMemory<byte>>? Chunks)
{
    public static RequestBody Empty { get; } = Of(ReadOnlyMemory<byte>.Empty);

    public static RequestBody Of(ReadOnlyMemory<byte> bytes) => new(
        bytes.Length,
        Storage.Crc64.Append(0, bytes.Span),
        System.Security.Cryptography.MD5.HashData(bytes.Span),
        bytes.IsEmpty ? [] : [bytes]);

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        var target = bytes.AsSpan();
        foreach (var chunk in Chunks ?? [])
        {
            chunk.Span.CopyTo(target);
            target = target[chunk.Length..];
        }

        return bytes;
    }

    /// <summary>The same body with its middle byte changed, as if damaged in transit.</summary>
    public RequestBody Damaged()
    {
        if (Chunks is null || Length == 0)
            return this with { Crc64 = ~Crc64 };

        var bytes = ToArray();
        bytes[bytes.Length / 2] ^= 0x20;
        return Of(bytes);
    }
}
