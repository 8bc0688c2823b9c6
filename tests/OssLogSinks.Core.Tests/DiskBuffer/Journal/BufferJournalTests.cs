using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>What a journal remembers, and when it is on disk.</summary>
public class BufferJournalTests
{
    private const string Folder = "buffer";
    private const int Usual = 1023;
    private const ulong Stream = 0xFEED_0000_0000_0001;

    private readonly MemoryDisk _disk = JournalWorld.NewDisk();

    [Fact]
    public void OpenIntent_IsFoundWithAllThatIsNeededToResolveIt()
    {
        var intent = new AppendIntent(7, new AppendPosition(1L << 40, ulong.MaxValue), 123_456, 0xABCD_EF01_2345_6789, 100, 199);
        Create().Intend(Stream, intent);

        Assert.Equal(intent, Found().Intents[Stream]);
    }

    [Fact]
    public void PositionWithoutCrc_IsFoundWithoutCrc()
    {
        Create().Intend(Stream, Intent(1, 2) with { Position = new AppendPosition(5, null) });

        Assert.Null(Found().Intents[Stream].Position.Crc64);
    }

    [Fact]
    public void SettleOfAPart_KeepsTheIntent()
    {
        var journal = Create();
        journal.Intend(Stream, Intent(1, 10));
        journal.Settle(Stream, 9);
        Assert.Single(Found().Intents);

        journal.Settle(Stream, 10);
        Assert.Empty(Found().Intents);
        Assert.Equal(10, Found().Settled[Stream]);
    }

    [Fact]
    public void SettledMark_NeverGoesBack()
    {
        var journal = Create();
        journal.Settle(Stream, 10);
        journal.Settle(Stream, 4);

        Assert.Equal(10, journal.State.Settled[Stream]);
        Assert.Equal(10, Found().Settled[Stream]);
    }

    [Fact]
    public void NumbersOfStreams_OutliveChangesOfTheFile()
    {
        var journal = Create();
        journal.Numbered(Stream, new SequenceMark(ulong.MaxValue, 41));
        journal.Numbered(Stream, new SequenceMark(ulong.MaxValue, 42));
        for (var i = 1; i <= 3 * Usual; i++)
            journal.Settle(Stream + 1, i);

        Assert.True(journal.HasNumbers);
        Assert.Equal([new(Stream, new SequenceMark(ulong.MaxValue, 42))], Found().Numbers.All);
    }

    [Fact]
    public void DoneSegment_IsRememberedUntilItsFileHasGone()
    {
        var journal = Create();
        journal.SegmentOpened(1);
        journal.SegmentOpened(50);
        journal.SegmentDone(1);
        Assert.Equal([50], Found().Segments);
        Assert.Equal([1], Found().DoneSegments);

        journal.SegmentRemoved(1);
        Assert.Empty(Found().DoneSegments);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(79)]
    [InlineData(80 * 1024)]
    public void OneFileReplacedByOtherBytes_IsDamage(int length)
    {
        using (var journal = Create())
            journal.SegmentOpened(1);
        foreach (var (path, bytes) in JournalWorld.FilesOf(_disk))
        {
            var foreign = new byte[length];
            Array.Fill(foreign, (byte)7);
            _disk.Put(path, foreign);
            Assert.True(Found().IsDamaged, path);
            _disk.Put(path, bytes);
        }

        Assert.False(Found().IsDamaged);
    }

    [Fact]
    public void OneFileReplacedByAnotherJournals_IsDamage()
    {
        using (var journal = Create())
            journal.SegmentOpened(1);
        var files = JournalWorld.FilesOf(_disk);
        var other = JournalWorld.NewDisk();
        BufferJournal.Create(other, Folder, new(8), syncs: true).Dispose();
        byte[] text = [.. "hello"u8, .. new byte[(80 * 1024) - 5]];
        foreach (var (path, bytes) in files)
        {
            byte[][] foreign = [text, other.Bytes(path), files.Values.Single(b => b != bytes)];
            foreach (var replacement in foreign)
            {
                _disk.Put(path, [.. replacement]);
                Assert.True(Found().IsDamaged, path);
            }

            _disk.Put(path, bytes);
        }

        Assert.False(Found().IsDamaged);
    }

    [Fact]
    public void ThousandsOfEntries_ChangeFilesAndStayAsSmall()
    {
        var journal = Create();
        journal.SegmentOpened(1);
        for (var id = 1; id <= 3 * Usual; id++)
            journal.Settle(Stream + (ulong)(id % 10), id);

        Assert.Equal(3 * Usual, Found().Settled.Values.Max());
        Assert.Equal(10, Found().Settled.Count);
        Assert.All(JournalWorld.FilesOf(_disk).Values, bytes => Assert.Equal(80 * 1024, bytes.Length));
    }

    [Fact]
    public void MarksBelowTheOldestSegment_AreForgottenAtAChangeOfFiles()
    {
        var journal = Create();
        journal.SegmentOpened(1000);
        journal.Settle(Stream, 999);
        for (var i = 0; i <= Usual; i++)
            journal.Settle(Stream + 1, 1000);

        Assert.Equal([Stream + 1], Found().Settled.Keys);
    }

    [Fact]
    public void TakenOverJournal_ForgetsNoMark()
    {
        Create().Settle(Stream, 999);
        using (var journal = Open())
            journal.SegmentOpened(2000);

        Assert.Equal(999, Found().Settled[Stream]);
    }

    [Fact]
    public void MoreOpenIntentsThanTheFilesHold_MakeThemLarger()
    {
        var journal = Create();
        for (var i = 0; i < 2 * Usual; i++)
            journal.Intend((ulong)i, Intent(i + 1, i + 1));

        Assert.Equal(2 * Usual, Found().Intents.Count);
        Assert.False(Found().IsDamaged);
    }

    [Fact]
    public void SettleDuringASync_DoesNotWaitForIt()
    {
        var journal = Create();
        _disk.DuringSync = () =>
        {
            var other = Task.Run(() => journal.Settle(Stream, 3), TestContext.Current.CancellationToken);
            Assert.True(other.Wait(TimeSpan.FromSeconds(30)));
        };
        journal.Intend(Stream, Intent(4, 10));

        Assert.Equal(3, journal.State.Settled[Stream]);
    }

    [Fact]
    public async Task IntentsThatComeDuringASync_ShareTheNextOne()
    {
        const int Others = 8;
        var journal = Create();
        var before = _disk.Syncs;
        var others = new List<Task>();
        _disk.DuringSync = () =>
        {
            _disk.DuringSync = null;
            for (var i = 1; i <= Others; i++)
            {
                var stream = Stream + (ulong)i;
                var id = i;
                others.Add(JournalWorld.OnAThread(() => journal.Intend(stream, Intent(id, id))));
            }

            Assert.True(SpinWait.SpinUntil(() => journal.State.Intents.Count == Others + 1, TimeSpan.FromSeconds(30)));
        };
        await Task.Run(() => journal.Intend(Stream, Intent(1, 1)), TestContext.Current.CancellationToken);
        await Task.WhenAll(others);

        Assert.Equal(2, _disk.Syncs - before);
        _disk.PowerCut();
        Assert.Equal(Others + 1, Found().Intents.Count);
    }

    [Fact]
    public void WithoutSyncs_OnlyWhatIsAskedForIsSynced()
    {
        var journal = BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: false);
        var before = _disk.Syncs;
        journal.Intend(Stream, Intent(1, 1));
        journal.SegmentDone(1);
        Assert.Equal(before, _disk.Syncs);

        journal.Sync();
        _disk.SyncFolder(Folder);
        _disk.PowerCut();
        Assert.Single(Found().Intents);
    }

    // If fewer are found later, some were lost.
    [Theory]
    [InlineData(true, 2, 1)]
    [InlineData(false, 0, 0)]
    public void Entry_SaysHowManyOfItsFileAreOnDisk(bool syncs, int third, int afterSnapshot)
    {
        var journal = BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs, entries: 8);
        journal.SegmentOpened(1);
        journal.SegmentDone(1);
        journal.SegmentRemoved(1);
        Assert.Equal(third, SyncedIn("journal.0", 2));

        for (var id = 1; id <= 5; id++)
            journal.Intend(Stream, Intent(id, id));
        journal.Settle(Stream + 1, 7);
        Assert.Equal(afterSnapshot, SyncedIn("journal.1", 1));
    }

    [Theory]
    [InlineData("journal.0", true)]
    [InlineData("journal.1", true)]
    [InlineData("journal.2", false)]
    public void Name_IsOneOfTwo(string name, bool expected) => Assert.Equal(expected, BufferJournal.IsName(name));

    [Fact]
    public void ClosedJournal_TakesNoIntent()
    {
        var journal = Create();
        journal.Dispose();
        journal.Dispose();

        Assert.Throws<ObjectDisposedException>(() => journal.Intend(Stream, Intent(1, 1)));
    }

    private static AppendIntent Intent(long first, long last) => new(0, new AppendPosition(first, 1), last - first + 1, 2, first, last);

    private int SyncedIn(string name, int index)
    {
        var bytes = _disk.Bytes($"{Folder}/{name}");
        Assert.True(JournalEntry.TryRead(bytes.AsSpan((index + 1) * JournalEntry.Size), JournalWorld.FolderId, out _, out var place));
        Assert.Equal(index, place.Index);
        return place.Synced;
    }

    private BufferJournal Create() => BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: true);

    // The process that had it open before is dead.
    private BufferJournal Open()
    {
        _disk.KillHolders();
        return BufferJournal.Open(_disk, Folder, JournalWorld.FolderId, syncs: true)!;
    }

    private JournalState Found() => JournalWorld.Found(_disk);
}
