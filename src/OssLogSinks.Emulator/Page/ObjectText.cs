using System.IO.Compression;
using System.Security.Cryptography;

namespace OssLogSinks.Emulator.Page;

/// <summary>An object's bytes as they are shown: gzip opened, and bounded.</summary>
internal sealed record ObjectText(IReadOnlyList<ReadOnlyMemory<byte>> Chunks, bool IsGzip)
{
    /// <summary>The most bytes that are shown: the end of the object.</summary>
    public const long MaxLength = 64L << 20;

    // Protects the emulator from an object that expands without end.
    private const long MaxExpanded = 4L << 30;
    private const int ChunkLength = 1 << 16;
    private const string Damaged = "The gzip data is damaged; what could be opened is shown.";

    // .NET takes a member that was cut, and other bytes behind the last member, for the end. So a further member with a text that nobody knows
    // follows the object's bytes: only if this text comes at the end, all of them were read.
    private static readonly byte[] LastText = RandomNumberGenerator.GetBytes(16);
    private static readonly byte[] LastMember = Compress(LastText);

    public long Length => Chunks.Sum(chunk => (long)chunk.Length);

    /// <summary>The number of bytes before those that are shown.</summary>
    public long Skipped { get; init; }

    /// <summary>Why not all could be opened; null if it could.</summary>
    public string? Fault { get; init; }

    public static bool StartsAsGzip(IReadOnlyList<ReadOnlyMemory<byte>> bytes) =>
        ByteAt(bytes, 0) == 0x1F && ByteAt(bytes, 1) == 0x8B;

    public static async Task<ObjectText> ReadAsync(IReadOnlyList<ReadOnlyMemory<byte>> bytes, CancellationToken cancellationToken)
    {
        if (StartsAsGzip(bytes))
            return await ExpandAsync(bytes, cancellationToken).ConfigureAwait(false);

        var (shown, skipped) = End(bytes);
        return new ObjectText(shown, IsGzip: false) { Skipped = skipped };
    }

    private static async Task<ObjectText> ExpandAsync(IReadOnlyList<ReadOnlyMemory<byte>> bytes, CancellationToken cancellationToken)
    {
        var shown = new Queue<ReadOnlyMemory<byte>>();
        var (length, skipped) = (0L, 0L);
        string? fault = null;
        var stored = new ChunkStream([.. bytes, LastMember]);
        using var gzip = new GZipStream(stored, CompressionMode.Decompress);
        using var last = new MemoryStream();
        try
        {
            var buffer = new byte[ChunkLength];
            while (last.Length <= LastText.Length && await gzip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                if (stored.IsInLastChunk)
                {
                    last.Write(buffer.AsSpan(0, read));
                    continue;
                }

                shown.Enqueue(buffer.AsMemory(0, read).ToArray());
                length += read;
                for (; length > MaxLength; length -= shown.Dequeue().Length)
                    skipped += shown.Peek().Length;

                if (skipped + length > MaxExpanded)
                {
                    fault = "The object expands to more than 4 GiB; the rest is not shown.";
                    break;
                }
            }

            if (!last.ToArray().AsSpan().SequenceEqual(LastText))
                fault ??= Damaged;
        }
        catch (InvalidDataException)
        {
            fault = Damaged;
        }

        return new ObjectText([.. shown], IsGzip: true) { Skipped = skipped, Fault = fault };
    }

    private static byte[] Compress(byte[] text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.NoCompression, leaveOpen: true))
            gzip.Write(text);

        return bytes.ToArray();
    }

    private static (IReadOnlyList<ReadOnlyMemory<byte>> Shown, long Skipped) End(IReadOnlyList<ReadOnlyMemory<byte>> bytes)
    {
        var length = bytes.Sum(chunk => (long)chunk.Length);
        var (shown, skipped) = (new List<ReadOnlyMemory<byte>>(), 0L);
        foreach (var chunk in bytes)
        {
            var cut = (int)Math.Clamp(length - MaxLength - skipped, 0, chunk.Length);
            skipped += cut;
            if (cut < chunk.Length)
                shown.Add(chunk[cut..]);
        }

        return (shown, skipped);
    }

    private static int ByteAt(IReadOnlyList<ReadOnlyMemory<byte>> bytes, int index)
    {
        foreach (var chunk in bytes)
        {
            if (index < chunk.Length)
                return chunk.Span[index];

            index -= chunk.Length;
        }

        return -1;
    }
}

/// <summary>Reads chunks one after the other.</summary>
internal sealed class ChunkStream(IReadOnlyList<ReadOnlyMemory<byte>> chunks) : Stream
{
    private int _chunk;
    private int _at;

    /// <summary>Whether bytes of the last chunk were read.</summary>
    public bool IsInLastChunk => _chunk + (_at > 0 ? 1 : 0) >= chunks.Count;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_chunk < chunks.Count && _at == chunks[_chunk].Length)
            (_chunk, _at) = (_chunk + 1, 0);

        if (_chunk == chunks.Count)
            return 0;

        var read = Math.Min(buffer.Length, chunks[_chunk].Length - _at);
        chunks[_chunk].Span.Slice(_at, read).CopyTo(buffer);
        _at += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
