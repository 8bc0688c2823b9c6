using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>The space that a journal reserves, so that it can be written when the disk is full.</summary>
public class BufferJournalSpaceTests
{
    private const string Folder = "buffer";
    private const int Least = 2 * 1024 * JournalEntry.Size;

    private readonly MemoryDisk _disk = JournalWorld.NewDisk();

    // A snapshot has two entries for a stream and three for a segment, and the space is for three snapshots.
    [Theory]
    [InlineData(0, 0, Least)]
    [InlineData(169, 1, Least)]
    [InlineData(170, 1, 2 * Least)]
    [InlineData(1, 113, Least)]
    [InlineData(2, 113, 2 * Least)]
    [InlineData(1000, 10, 8 * Least)]
    public void Reserve_TakesWhatItSaid(int streams, int segments, long expected)
    {
        var journal = Create();
        Assert.Equal(Least, journal.Bytes);
        Assert.Equal(expected - Least, journal.GrowthFor(streams, segments));
        journal.Reserve(streams, segments);

        Assert.Equal(expected, journal.Bytes);
        Assert.Equal(expected, BufferJournal.BytesFor(streams, segments));
        Assert.All(JournalWorld.FilesOf(_disk).Values, bytes => Assert.Equal(expected / 2, bytes.Length));
        Assert.Equal(0, journal.GrowthFor(streams, segments));
        Assert.Equal(0, journal.GrowthFor(0, 0));
    }

    [Fact]
    public void ReservedSpace_IsEnoughOnAFullDisk()
    {
        const int Streams = 600;
        const int Segments = 20;
        var journal = Create();
        journal.Reserve(Streams, Segments);
        _disk.SetFull(true);
        for (var i = 1; i <= Segments; i++)
        {
            journal.SegmentOpened(i);
            journal.SegmentEnded(i, i + 1);
        }

        for (var id = 100; id < 100 + (4 * Streams); id++)
            journal.Intend((ulong)(id % Streams), new AppendIntent(0, new AppendPosition(id, 1), 1, 2, id, id));

        var found = JournalWorld.Found(_disk);
        Assert.Equal((Streams, Streams, Segments), (found.Intents.Count, found.Settled.Count, found.Segments.Count));
        Assert.Equal(2, found.EndOf(1));
    }

    [Fact]
    public void ReserveAfterAChangeOfFiles_GrowsBothFiles()
    {
        var journal = Create();
        for (var id = 1; id <= 1024; id++)
            journal.Settle(1, id);
        journal.Reserve(1000, 1);

        Assert.All(JournalWorld.FilesOf(_disk).Values, bytes => Assert.Equal(4 * Least, bytes.Length));
    }

    [Fact]
    public void SpaceThatIsMuchTooLarge_IsFreed()
    {
        var journal = Create();
        journal.Settle(1, 5);
        journal.Reserve(600, 1);
        journal.Reserve(1, 1);
        Assert.Equal(4 * Least, journal.Bytes);

        journal.Reserve(1000, 1);
        journal.Reserve(1, 1);
        Assert.Equal(Least, journal.Bytes);
        Assert.Equal(Least, _disk.UsedBytes);
    }

    [Fact]
    public void SpaceFreedWithoutSyncs_IsSyncedWhenAsked()
    {
        var journal = BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: false);
        journal.Reserve(1000, 1);
        journal.Settle(1, 5);
        journal.SegmentOpened(1);
        journal.Reserve(1, 1);
        journal.Sync();
        _disk.SyncFolder(Folder);
        _disk.PowerCut();

        Assert.Equal(5, JournalWorld.Found(_disk).Settled[1]);
    }

    [Fact]
    public void SnapshotOfMoreThanHalfAFile_GetsALargerOne()
    {
        var journal = Create();
        for (var id = 1; id <= 1024; id++)
            journal.Intend((ulong)id, new AppendIntent(0, new AppendPosition(id, 1), 1, 2, id, id));

        // 1023 entries, space for as many again, and the header.
        Assert.Equal((Least / 2) + ((1 + (2 * 1023)) * JournalEntry.Size), journal.Bytes);
    }

    [Fact]
    public void TakenOverJournal_KeepsItsSpace()
    {
        Create().Reserve(1000, 1);
        _disk.KillHolders();
        using var journal = BufferJournal.Open(_disk, Folder, JournalWorld.FolderId, syncs: true)!;
        Assert.Equal(8 * Least, journal.Bytes);
        journal.Settle(1, 5);

        Assert.Equal(8 * Least, journal.Bytes);
        Assert.Equal(8 * Least, _disk.UsedBytes);
    }

    [Fact]
    public void ReserveOnAFullDisk_IsRefusedAndTheJournalGoesOn()
    {
        var journal = Create();
        _disk.SetFull(true);
        Assert.Throws<IOException>(() => journal.Reserve(1000, 1));
        Assert.False(journal.HasFailed);
        journal.Settle(1, 5);

        Assert.Equal(5, JournalWorld.Found(_disk).Settled[1]);
    }

    [Fact]
    public void DiskWithTooLittleSpace_GetsNoJournal()
    {
        _disk.Capacity = Least - 1;

        Assert.Throws<IOException>(Create);
    }

    private BufferJournal Create() => BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: true);
}
