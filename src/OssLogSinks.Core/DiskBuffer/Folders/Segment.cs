using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>The state of one segment file in its folder. Guarded by the folder's lock.</summary>
internal sealed class Segment(long firstId, string path)
{
    public long FirstId { get; } = firstId;

    public string Path { get; } = path;

    /// <summary>Bytes that may be read; zero until it is published.</summary>
    public long Length { get; set; }

    /// <summary>The id after its last record so far; null if unknown.</summary>
    public long? End { get; set; }

    /// <summary>The first id of the next segment, if the journal is damaged and may not know the end; null otherwise.</summary>
    public long? Next { get; init; }

    /// <summary>Whether its journal knows it, so that it had records when it was written.</summary>
    public bool HadRecords { get; init; }

    /// <summary>Whether it is complete.</summary>
    public bool IsFinal { get; set; }

    /// <summary>Whether another process left it and it was not read yet: its number of records is unknown.</summary>
    public bool IsUnread { get; set; }

    /// <summary>Known records that are not settled and in no memory buffer.</summary>
    public long OnDisk { get; set; }

    /// <summary>Records in a memory buffer.</summary>
    public long InMemory { get; set; }

    /// <summary>The number of current readers; while there are any, it is neither deleted nor dropped.</summary>
    public int Readers { get; set; }

    /// <summary>Whether it was dropped.</summary>
    public bool IsDropped { get; set; }

    /// <summary>By stream: records that were passed over because OSS refuses the stream. Changed only by the reader of the segment.</summary>
    public Dictionary<ulong, PassedOverRun> PassedOver { get; } = [];

    public long Unsettled => OnDisk + InMemory;

    public bool IsDone => IsFinal && !IsUnread && Readers == 0 && Unsettled == 0;

    public bool IsDroppable => IsFinal && Readers == 0 && !IsDropped && InMemory == 0 && OnDisk > 0;
}

/// <summary>All passed-over records of a stream in a segment.</summary>
/// <param name="FirstId">The first id.</param>
/// <param name="Offset">The offset of its block, or of an earlier one.</param>
/// <param name="Count">How many records.</param>
internal readonly record struct PassedOverRun(long FirstId, long Offset, long Count);

/// <summary>
/// Records on their way to delivery: a block in memory, a piece of a segment, or both while the block was just written. Owned by the writer until
/// it is queued, then by the queue, then by the reader.
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

    /// <summary>The records in memory; null if they are only on disk.</summary>
    public Block? Block { get; set; }

    public BufferFolder? Folder { get; private set; }

    /// <summary>The file that holds the records; null if they are only in memory.</summary>
    public Segment? Segment { get; private set; }

    public long Offset { get; private set; }

    public long EndOffset { get; private set; }

    public long FirstId { get; }

    /// <summary>The id after the last record; null if unknown.</summary>
    public long? End { get; private set; }

    /// <summary>The source that receives the outcome of a stream's records.</summary>
    public RecordSource SourceOf(StreamName stream) => Folder?.SourceOf(stream, Segment!) ?? _memoryOnly!;

    /// <summary>Notes where the block was written.</summary>
    public void Place(BufferFolder folder, Segment segment, long offset) =>
        (Folder, Segment, Offset, EndOffset) = (folder, segment, offset, offset + (Block?.Length ?? 0));

    /// <summary>Forgets where the block was written, because the write does not count.</summary>
    public void Displace() => (Folder, Segment) = (null, null);

    /// <summary>Adds the next part to this one, if both are only on disk and adjacent.</summary>
    public bool TryExtend(Part next)
    {
        if (Block is not null || next.Block is not null || Segment != next.Segment || EndOffset != next.Offset || End != next.FirstId)
            return false;

        (EndOffset, End) = (next.EndOffset, next.End);
        return true;
    }
}
