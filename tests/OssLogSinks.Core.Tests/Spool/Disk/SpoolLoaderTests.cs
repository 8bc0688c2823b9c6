using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>What a folder is told of the records that are read in it.</summary>
public class SpoolLoaderTests
{
    [Fact]
    public async Task RecordThatFoundNoRoom_IsNotTakenForRead()
    {
        var disk = new SpoolTesting();
        disk.Write([SpoolTesting.Records(3, size: 6000)], segmentSize: 1 << 20);
        var segment = Assert.Single(SegmentEntry.In(disk.Disk, SpoolTesting.Folder, SpoolTesting.Salt));

        using var setup = DeliverySetup.From(new OssAppenderOptions { Client = new DeafClient(), ObjectKey = "a.log" });
        var lane = setup.OpenLane(memory: 16 << 10);
        var folderLock = FolderLock.TryTake(disk.Disk, SpoolTesting.Folder, create: true)!;
        var journal = SpoolJournal.Create(disk.Disk, SpoolTesting.Folder, syncs: true);
        var folder = new SpoolFolder(disk.Disk, SpoolTesting.Folder, SpoolTesting.Salt, folderLock, journal, book: null);
        folder.Begin(new SpoolSegment(segment.FirstId, segment.Below, segment.Path) { Length = segment.Length });
        folder.Finish();
        var damage = new DamageReport(new Quarantine(disk.Disk, "/spool", 1 << 20, setup.Time), setup);
        using var stop = new CancellationTokenSource();
        var loading = new SpoolLoader(disk.Disk, folder, lane.Spool, damage, setup.Time, new Dictionary<ulong, long>()).RunAsync(stop.Token);

        // It waits for room for the last one now.
        Assert.False(folder.IsCaughtUp);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading);
        await lane.StopAsync();
        folder.Dispose();
        Assert.Contains(segment.Name, disk.Disk.FilesIn(SpoolTesting.Folder));
    }
}
