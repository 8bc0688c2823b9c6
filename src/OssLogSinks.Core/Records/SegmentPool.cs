namespace OssLogSinks.Core.Records;

/// <summary>
/// Memory of batches that are done, kept for those to come, in seven sizes from 4 KiB to 256 KiB. A pool that is shared by the
/// process keeps a few of each: with a thousand streams nearly every batch would be new memory, which the garbage collector
/// copies about while it waits. For one thread at a time.
/// </summary>
internal sealed class SegmentPool
{
    public const int LargestSize = 6;

    private const int Smallest = 4 << 10;

    private readonly Stack<byte[]>[] _free = [.. Enumerable.Range(0, LargestSize + 1).Select(_ => new Stack<byte[]>())];

    /// <summary>What is kept and not in use.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>Bytes of a segment of this size.</summary>
    public static int BytesOf(int size) => Smallest << size;

    /// <summary>Memory of its own for a batch that has no pool.</summary>
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

    /// <summary>Lets go of what is kept until it is no more than so many bytes, the largest first.</summary>
    public void TrimTo(long bytes)
    {
        for (var size = LargestSize; FreeBytes > bytes && size >= 0; size--)
        {
            for (; FreeBytes > bytes && _free[size].Count > 0; FreeBytes -= BytesOf(size))
                _free[size].Pop();
        }
    }
}
