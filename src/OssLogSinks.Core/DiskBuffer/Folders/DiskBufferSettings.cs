
namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>The settings of a disk buffer.</summary>
/// <param name="Path">The buffer path; several processes may share it.</param>
/// <param name="SizeLimit">Bytes that this process's files in it may take, together with those of ended processes.</param>
/// <param name="DropsOldest">Whether the oldest records are dropped at the limit; if not, new ones wait in memory.</param>
/// <param name="SyncInterval">How long written records may stay unsynced: zero to sync each write, null to leave it to the system.</param>
/// <param name="MemoryLimit">Bytes of memory for all records.</param>
internal sealed record DiskBufferSettings(string Path, long SizeLimit, bool DropsOldest, TimeSpan? SyncInterval, long MemoryLimit)
{
    private const long LargestSegment = 16 << 20;

    /// <summary>Whether written records are synced without a flush.</summary>
    public bool Syncs => SyncInterval is not null;

    /// <summary>Memory is divided: a quarter for records to write, up to half for records to ship, a quarter for those that are taken over.</summary>
    public long StagingMemory => MemoryLimit / 4;

    // No more than half of the disk limit: the oldest records can be dropped only while they are only on disk.
    public long ShippingMemory => Math.Min(MemoryLimit / 2, SizeLimit / 2);

    public long OrphanMemory => MemoryLimit / 4;

    /// <summary>The size at which a segment is full. Disk space is freed one segment at a time.</summary>
    public long SegmentSize { get; init; } = Math.Min(LargestSegment, SizeLimit / 16);

    /// <summary>The most bytes in the quarantine, in addition to the size limit.</summary>
    public long QuarantineSize => Math.Min(LargestSegment, SizeLimit / 16);
}
