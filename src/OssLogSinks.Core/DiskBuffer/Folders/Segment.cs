using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>One segment file as its folder keeps account of it. Guarded by the folder's lock, but for <see cref="Copies"/>.</summary>
internal sealed class Segment(long firstId, string path)
{
    public long FirstId { get; } = firstId;

    public string Path { get; } = path;

    /// <summary>Bytes that may be read.</summary>
    public long Length { get; set; }

    /// <summary>Whether no more will be written to it.</summary>
    public bool IsFinal { get; set; }

    /// <summary>The id behind its last record so far; null if nothing says it.</summary>
    public long? End { get; set; }

    /// <summary>Records in it, as far as they are known.</summary>
    public long Count { get; set; }

    public long ReadCount { get; set; }

    /// <summary>Records that were read and are not settled.</summary>
    public long Waiting { get; set; }

    public bool IsTaken { get; set; }

    public bool IsRead { get; set; }

    /// <summary>Whether it was given up before it was read.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Records that are not settled.</summary>
    public long Unsettled => Waiting + Math.Max(0, Count - ReadCount);

    /// <summary>Whether all of its records are settled.</summary>
    public bool IsDone => IsRead && Waiting == 0;

    /// <summary>What was written last and is in memory still, so that it need not be read again.</summary>
    public WrittenBlocks Copies { get; } = new();
}

/// <summary>Blocks of a segment that are still in memory, by where they stand in the file. Any thread may call.</summary>
internal sealed class WrittenBlocks
{
    private readonly Queue<(long Offset, Block Block)> _blocks = new();

    public void Add(long offset, Block block)
    {
        lock (_blocks)
            _blocks.Enqueue((offset, block));
    }

    /// <summary>The block that begins at an offset, or null; those before it are of no use any more.</summary>
    public Block? Take(long offset, Action<Block> release)
    {
        lock (_blocks)
        {
            while (_blocks.Count > 0 && _blocks.Peek().Offset <= offset)
            {
                var (at, block) = _blocks.Dequeue();
                if (at == offset)
                    return block;
                release(block);
            }

            return null;
        }
    }

    /// <summary>Where the next copy begins; null if there is none.</summary>
    public long? NextOffset
    {
        get
        {
            lock (_blocks)
                return _blocks.Count > 0 ? _blocks.Peek().Offset : null;
        }
    }

    public void ReleaseAll(Action<Block> release)
    {
        lock (_blocks)
        {
            while (_blocks.Count > 0)
                release(_blocks.Dequeue().Block);
        }
    }
}
