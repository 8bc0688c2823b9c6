namespace OssLogSinks.Core.Spool.Disk;

/// <content>What is read of it, segment by segment.</content>
internal sealed partial class SpoolFolder
{
    /// <summary>Begins to read the oldest segment that nobody has read; null if there is none now, or, if <paramref name="isOver"/>, ever.</summary>
    public SpoolSegment? TakeNext(out bool isOver)
    {
        lock (_gate)
        {
            var next = _segments.Values.FirstOrDefault(s => !s.IsTaken);
            isOver = next is null && _isFinished;
            if (next is not null)
                next.IsTaken = true;
            return next;
        }
    }

    /// <summary>How much of a segment may be read, and whether that is all there will be.</summary>
    public (long Length, bool IsFinal) Extent(SpoolSegment segment)
    {
        lock (_gate)
            return (segment.Length, segment.IsFinal);
    }

    /// <summary>Part of a segment was read.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="length">Its bytes up to where it was read.</param>
    /// <param name="read">Records that were read.</param>
    /// <param name="waiting">Those of them that wait for their fate now.</param>
    public void Read(SpoolSegment segment, long length, int read, int waiting)
    {
        bool isNews;
        lock (_gate)
        {
            isNews = segment.ReadLength != length;
            segment.ReadLength = length;
            segment.ReadCount += read;
            segment.Waiting += waiting;
        }

        // Whoever waits for the reader to catch up; the reader itself waits for this too, so not without news.
        if (isNews)
            Changed.Beat();
    }

    /// <summary>All of a segment was read.</summary>
    public void EndReading(SpoolSegment segment)
    {
        bool isDone;
        lock (_gate)
        {
            segment.IsRead = true;
            segment.Count = segment.ReadCount;
            isDone = segment.IsDone;
        }

        if (isDone)
            Delete([segment]);
    }

    /// <summary>A segment that cannot be read is done with: its file was put aside, or is left where it is.</summary>
    public void Leave(SpoolSegment segment, bool isAside)
    {
        lock (_gate)
        {
            _segments.Remove(segment.FirstId);
            KeepsFiles |= !isAside;
            if (isAside)
                _bytes -= segment.Length;
        }

        Changed.Beat();
    }
}
