using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>One segment file as its folder keeps account of it. Guarded by the folder's lock.</summary>
internal sealed class Segment(long firstId, string path)
{
    public long FirstId { get; } = firstId;

    public string Path { get; } = path;

    /// <summary>Bytes that may be read; zero until it is published.</summary>
    public long Length { get; set; }

    /// <summary>The id behind its last record so far; null if nothing says it.</summary>
    public long? End { get; set; }

    /// <summary>Whether no more will be written to it.</summary>
    public bool IsFinal { get; set; }

    /// <summary>Whether another process left it and it was not read yet: nothing says how many records it holds.</summary>
    public bool IsUnread { get; set; }

    /// <summary>Known records that are not settled and in no memory buffer.</summary>
    public long OnDisk { get; set; }

    /// <summary>Records in a memory buffer.</summary>
    public long InMemory { get; set; }

    /// <summary>How many read it at present; it is neither deleted nor dropped meanwhile.</summary>
    public int Readers { get; set; }

    /// <summary>Whether it was given up.</summary>
    public bool IsDropped { get; set; }

    /// <summary>By stream: records that were passed over because OSS refuses the stream. Changed only by the reader of the segment.</summary>
    public Dictionary<ulong, PassedOverRun> PassedOver { get; } = [];

    public long Unsettled => OnDisk + InMemory;

    public bool IsDone => IsFinal && !IsUnread && Readers == 0 && Unsettled == 0;

    public bool IsDroppable => IsFinal && Readers == 0 && !IsDropped && InMemory == 0 && OnDisk > 0;
}

/// <summary>All records of a stream in a segment from one id on.</summary>
/// <param name="FirstId">The first id.</param>
/// <param name="Offset">The offset of its block, or of one before it.</param>
/// <param name="Count">How many records.</param>
internal readonly record struct PassedOverRun(long FirstId, long Offset, long Count);

/// <summary>
/// Records on their way to delivery: a block in memory, a piece of a segment, or both while the block was just written. Belongs to the
/// writer until it is queued, then to the queue, then to the reader.
/// </summary>
internal sealed class Part
{
    private readonly RecordSource? _memoryOnly;

    /// <summary>A block that is not on disk.</summary>
    public Part(Block block, RecordSource memoryOnly)
    {
        _memoryOnly = memoryOnly;
        Block = block;
        FirstId = block.FirstId;
        End = block.LastId + 1;
    }

    /// <summary>A whole segment that another process left.</summary>
    public Part(BufferFolder folder, Segment segment)
    {
        Place(folder, segment, 0);
        FirstId = segment.FirstId;
        End = segment.End;
        EndOffset = segment.Length;
    }

    /// <summary>The records in memory; null if they are on disk only.</summary>
    public Block? Block { get; set; }

    public BufferFolder? Folder { get; private set; }

    /// <summary>The file that holds the records; null if none does.</summary>
    public Segment? Segment { get; private set; }

    public long Offset { get; private set; }

    public long EndOffset { get; private set; }

    public long FirstId { get; }

    /// <summary>The id behind the last record; null if nothing says it.</summary>
    public long? End { get; private set; }

    /// <summary>Takes the outcome of a stream's records.</summary>
    public RecordSource SourceOf(StreamName stream) => Folder?.SourceOf(stream, Segment!) ?? _memoryOnly!;

    /// <summary>The block was written.</summary>
    public void Place(BufferFolder folder, Segment segment, long offset) =>
        (Folder, Segment, Offset, EndOffset) = (folder, segment, offset, offset + (Block?.Length ?? 0));

    /// <summary>What was written does not count.</summary>
    public void Displace() => (Folder, Segment) = (null, null);

    /// <summary>Takes over the part behind it, if both are on disk only and nothing is between them.</summary>
    public bool TryExtend(Part next)
    {
        if (Block is not null || next.Block is not null || Segment != next.Segment || EndOffset != next.Offset || End != next.FirstId)
            return false;

        (EndOffset, End) = (next.EndOffset, next.End);
        return true;
    }
}
