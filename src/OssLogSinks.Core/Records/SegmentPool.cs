namespace OssLogSinks.Core.Records;

/// <summary>
/// Segments of finished batches for later ones, in seven sizes from 4 KiB to 256 KiB. ArrayPool keeps only a few arrays of each size: with
/// a thousand streams, nearly every batch would be new memory. Not thread-safe.
/// </summary>
internal sealed class SegmentPool
{
    public const int LargestSize = 6;

    private const int Smallest = 4 << 10;

    private readonly Stack<byte[]>[] _free = [.. Enumerable.Range(0, LargestSize + 1).Select(_ => new Stack<byte[]>())];

    /// <summary>Bytes of all free segments.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>Bytes of a segment of this size.</summary>
    public static int BytesOf(int size) => Smallest << size;

    /// <summary>A segment for a batch without a pool.</summary>
    public static byte[] Make(int size) => new byte[BytesOf(size)];

    public byte[] Rent(int size)
    {
        if (_free[size].Count == 0)
            return Make(size);

        FreeBytes -= BytesOf(size);
        return _free[size].Pop();
    }

    public void Return(int size, byte[] segment)
    {
        FreeBytes += BytesOf(size);
        _free[size].Push(segment);
    }

    /// <summary>Frees segments, the largest first, until at most so many bytes are free.</summary>
    public void TrimTo(long bytes)
    {
        for (var size = LargestSize; FreeBytes > bytes && size >= 0; size--)
        {
            for (; FreeBytes > bytes && _free[size].Count > 0; FreeBytes -= BytesOf(size))
                _free[size].Pop();
        }
    }
}
