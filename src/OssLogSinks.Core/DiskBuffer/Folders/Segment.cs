using OssLogSinks.Core.DiskBuffer.Format;

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

    /// <summary>How many read it at present.</summary>
    public int Takers { get; set; }

    public bool IsRead { get; set; }

    /// <summary>Whether it was given up.</summary>
    public bool IsDropped { get; set; }

    /// <summary>What was read and passed over. Changed only by the reader while it has taken the segment.</summary>
    public List<PassedOverStretch> PassedOver { get; } = [];

    /// <summary>Records that are on disk and nowhere else.</summary>
    public long OnDiskOnly => IsDropped ? 0 : PassedOver.Sum(stretch => stretch.Count) + Math.Max(0, Count - ReadCount);

    /// <summary>Whether it can be given up whole: nobody reads it, all of it was read or nothing, and nothing of it is on its way.</summary>
    public bool IsDroppable => Takers == 0 && IsFinal && !IsDropped && (IsRead || ReadCount == 0) && OnDiskOnly > 0 && OnDiskOnly == Unsettled;

    /// <summary>Records that are not settled.</summary>
    public long Unsettled => Waiting + Math.Max(0, Count - ReadCount);

    /// <summary>Whether all of its records are settled.</summary>
    public bool IsDone => IsRead && Waiting == 0;

    /// <summary>What was written last and is in memory still, so that it need not be read again.</summary>
    public WrittenBlocks Copies { get; } = new();
}

/// <summary>Where a block is on disk.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Segment">The file.</param>
/// <param name="Offset">The offset in it.</param>
/// <param name="Stretch">The same for blocks that were read with nothing between them that cannot be read.</param>
internal readonly record struct BlockPlace(BufferFolder Folder, Segment Segment, long Offset, object Stretch);

/// <summary>A stretch of a file with records that were passed over. Every block in it can be read, or could be.</summary>
internal sealed class PassedOverStretch(BlockPlace place, long firstId)
{
    private const long MostBytes = 256 << 10;

    public long Offset => place.Offset;

    public long End { get; private set; } = place.Offset;

    public long FirstId { get; } = firstId;

    public long LastId { get; private set; }

    /// <summary>By stream: from the first of them on, all of its records in the stretch.</summary>
    public Dictionary<ulong, PassedOverRun> Runs { get; } = [];

    public long Count => Runs.Values.Sum(run => (long)run.Count);

    /// <summary>Lets the stretch reach to the end of a block, if it may.</summary>
    public bool TryReach(BlockPlace other, BlockHeader header)
    {
        var end = other.Offset + header.Length;
        if (end > End && End > Offset && (end - Offset > MostBytes || other.Stretch != place.Stretch))
            return false;

        (End, LastId) = (Math.Max(End, end), Math.Max(LastId, header.LastId));
        return true;
    }
}

/// <summary>So many records of one stream, the first of which has this id.</summary>
internal readonly record struct PassedOverRun(long FirstId, int Count);

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
