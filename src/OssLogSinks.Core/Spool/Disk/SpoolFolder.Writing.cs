namespace OssLogSinks.Core.Spool.Disk;

/// <content>What comes into it, segment by segment.</content>
internal sealed partial class SpoolFolder
{
    /// <summary>A segment was begun; those before it are complete.</summary>
    public void Begin(SpoolSegment segment)
    {
        EndSegments();
        lock (_gate)
        {
            _segments.Add(segment.FirstId, segment);
            _bytes += segment.Length;
        }

        _journal.SegmentOpened(segment.FirstId);
        Changed.Beat();
    }

    /// <summary>More of a segment may be read.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="length">Its bytes so far.</param>
    /// <param name="count">Records that came with those since the last time.</param>
    /// <param name="lastId">The last of them.</param>
    public void Publish(SpoolSegment segment, long length, int count, long lastId)
    {
        lock (_gate)
        {
            _bytes += length - segment.Length;
            segment.Length = length;
            segment.Count += count;
            segment.LastId = lastId;
        }

        Changed.Beat();
    }

    /// <summary>No more segments will come.</summary>
    public void Finish()
    {
        lock (_gate)
            _isFinished = true;
        EndSegments();
    }

    /// <summary>The segments there are are complete.</summary>
    public void EndSegments()
    {
        List<SpoolSegment> ended;
        lock (_gate)
        {
            ended = _segments.Values.Where(s => !s.IsFinal).ToList();
            foreach (var segment in ended)
                segment.IsFinal = true;
        }

        foreach (var segment in ended)
            if (segment.LastId is { } lastId)
                _journal.SegmentEnded(segment.FirstId, lastId + 1);
        Changed.Beat();
    }
}
