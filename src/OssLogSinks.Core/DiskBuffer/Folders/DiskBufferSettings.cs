
namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>How the disk buffer works.</summary>
/// <param name="Path">The folder that all processes share.</param>
/// <param name="SizeLimit">Bytes that this process's files in it may take.</param>
/// <param name="DropsOldest">Whether the oldest records give way at the limit; if not, new ones wait in memory.</param>
/// <param name="SyncInterval">How long written records may go unsynced; zero for not at all, null for as long as the system likes.</param>
/// <param name="MemoryLimit">Bytes that records may hold in memory, wherever they are.</param>
internal sealed record DiskBufferSettings(string Path, long SizeLimit, bool DropsOldest, TimeSpan? SyncInterval, long MemoryLimit)
{
    private const long LargestSegment = 16 << 20;

    /// <summary>Whether anything is made durable without being asked for.</summary>
    public bool Syncs => SyncInterval is not null;

    /// <summary>Memory is divided: a quarter for what waits to be written, a half for what is being shipped, a quarter for what is taken over.</summary>
    public long StagingMemory => MemoryLimit / 4;

    // No more than half of the disk's share: the oldest records can be dropped only while they are on disk alone.
    public long ShippingMemory => Math.Min(MemoryLimit / 2, SizeLimit / 2);

    public long OrphanMemory => MemoryLimit / 4;

    /// <summary>Disk space comes back a segment at a time.</summary>
    public long SegmentSize { get; init; } = Math.Min(LargestSegment, SizeLimit / 16);

    /// <summary>Damaged pieces that are put aside may take this much, besides the limit.</summary>
    public long QuarantineSize => Math.Min(LargestSegment, SizeLimit / 16);
}
