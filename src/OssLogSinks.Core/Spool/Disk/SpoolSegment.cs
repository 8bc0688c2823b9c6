namespace OssLogSinks.Core.Spool.Disk;

/// <summary>What is known of a segment file: how much of it may be read, and how many of its records wait. Guarded by the folder's lock.</summary>
internal sealed class SpoolSegment
{
    /// <param name="firstId">The first id in it.</param>
    /// <param name="below">Records from this id on do not count in it.</param>
    /// <param name="path">The file.</param>
    public SpoolSegment(long firstId, long below, string path)
    {
        FirstId = firstId;
        Below = below;
        Path = path;
    }

    public long FirstId { get; }

    public long Below { get; }

    /// <summary>The id behind its last record; null if nothing says it.</summary>
    public long? End { get; init; }

    public string Path { get; }

    /// <summary>Bytes that are written, and synced as far as the policy asks.</summary>
    public long Length { get; set; }

    /// <summary>Bytes of them that were read.</summary>
    public long ReadLength { get; set; }

    /// <summary>The last record that is written, and synced as far as the policy asks; null in a folder that was taken over.</summary>
    public long? LastId { get; set; }

    /// <summary>Records in it; of a folder that was taken over, those that were read.</summary>
    public long Count { get; set; }

    /// <summary>Records that were read.</summary>
    public long ReadCount { get; set; }

    /// <summary>Records that were read and have not met their fate.</summary>
    public long Waiting { get; set; }

    /// <summary>Whether nothing is written to it any more.</summary>
    public bool IsFinal { get; set; }

    /// <summary>Whether reading has begun.</summary>
    public bool IsTaken { get; set; }

    /// <summary>Whether all of it was read.</summary>
    public bool IsRead { get; set; }

    public bool IsDone => IsRead && Waiting == 0;
}
