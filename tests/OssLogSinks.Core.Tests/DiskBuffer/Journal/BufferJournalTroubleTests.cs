using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>What a journal does on a full or failing disk, and says when its files are not what it wrote.</summary>
public class BufferJournalTroubleTests
{
    private const string Folder = "buffer";
    private const int Usual = 1023;
    private const ulong Stream = 0xFEED_0000_0000_0001;
    private static readonly string Zero = Path.Combine(Folder, "journal.0");
    private static readonly string One = Path.Combine(Folder, "journal.1");

    private readonly MemoryDisk _disk = JournalWorld.NewDisk();

    [Fact]
    public void FullDisk_StillTakesIntents()
    {
        var journal = Create();
        _disk.SetFull(true);
        for (var i = 1; i <= 3 * Usual; i++)
            journal.Intend(Stream, Intent(i, i));

        Assert.Equal(3 * Usual, Found().Intents[Stream].FirstId);
    }

    [Fact]
    public void FullDisk_RefusesTheNextIntentAndKeepsTheOthers()
    {
        var journal = Create();
        _disk.SetFull(true);
        var taken = 0;
        Assert.Throws<IOException>(() =>
        {
            for (; taken < 2 * Usual; taken++)
                journal.Intend((ulong)taken, Intent(taken + 1, taken + 1));
        });

        Assert.InRange(taken, Usual / 2, Usual);
        Assert.Equal(taken, Found().Intents.Count);

        _disk.SetFull(false);
        journal.Intend((ulong)taken, Intent(taken + 1, taken + 1));
        Assert.Equal(taken + 1, Found().Intents.Count);
    }

    [Fact]
    public void SettleOnADiskThatFails_IsWrittenWithTheNextEntryThatWorks()
    {
        var journal = Create();
        journal.SegmentOpened(1);
        journal.Intend(Stream, Intent(1, 10));
        _disk.FailedWriteShare = 0;
        _disk.Fail(DiskAct.Write);
        journal.Settle(Stream, 10);
        Assert.Throws<IOException>(() => journal.Intend(Stream, Intent(11, 20)));
        Assert.Throws<IOException>(journal.Sync);
        Assert.Single(Found().Intents);

        _disk.Fail();
        journal.SegmentOpened(21);
        Assert.Empty(Found().Intents);
        Assert.Equal(10, Found().Settled[Stream]);
    }

    [Fact]
    public void SettleOnADiskThatFails_IsWrittenAtTheClose()
    {
        var journal = Create();
        journal.Intend(Stream, Intent(1, 10));
        _disk.Fail(DiskAct.Write);
        journal.Settle(Stream, 10);
        _disk.Fail();
        journal.Dispose();

        Assert.Empty(Found().Intents);
    }

    [Fact]
    public void IntentWhoseSyncFailed_IsRefusedAndTheNextOneIsWrittenAgain()
    {
        var journal = Create();
        _disk.Fail(DiskAct.Sync);
        Assert.Throws<IOException>(() => journal.Intend(Stream, Intent(1, 10)));
        _disk.Fail();
        journal.Intend(Stream + 1, Intent(11, 20));
        _disk.PowerCut();

        Assert.Equal(Intent(11, 20), Found().Intents[Stream + 1]);
    }

    [Fact]
    public async Task IntentThatComesWhileASyncFails_IsNotTakenForSyncedByTheNext()
    {
        var journal = Create();
        var late = Task.CompletedTask;
        _disk.DuringSync = () =>
        {
            _disk.DuringSync = () => _disk.Fail();
            _disk.Fail(DiskAct.Sync);
            late = JournalWorld.OnAThread(() => journal.Intend(Stream + 1, Intent(11, 20)));
            Assert.True(SpinWait.SpinUntil(() => journal.State.Intents.Count == 2, TimeSpan.FromSeconds(30)));
        };
        Assert.Throws<IOException>(() => journal.Intend(Stream, Intent(1, 10)));
        await late;
        _disk.PowerCut();

        Assert.Equal(Intent(11, 20), Found().Intents[Stream + 1]);
    }

    [Fact]
    public void KilledInOneChangeOfFilesAndInTheNext_KeepsEveryIntent()
    {
        for (var first = 0; first < 40; first++)
        {
            for (var second = 0; second < 4; second++)
            {
                foreach (var tornAt in new[] { 0, 300, 700, 1000 })
                    DieTwice(first, second, tornAt);
            }
        }
    }

    [Fact]
    public void NoFiles_AreReportedAndMadeAgain()
    {
        using (var journal = Open())
        {
            Assert.True(journal.State.IsDamaged);
            journal.Settle(Stream, 5);
        }

        Assert.Equal(5, Found().Settled[Stream]);
        Assert.True(Found().IsDamaged);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneFileGoneOrEmptied_IsReported(bool first)
    {
        var journal = Create();
        journal.Intend(Stream, Intent(1, 10));
        var path = first ? Zero : One;
        var length = _disk.Bytes(path).Length;

        _disk.Put(path, new byte[length]);
        Assert.True(Found().IsDamaged);

        _disk.KillHolders();
        _disk.Delete(path);
        Assert.True(Found().IsDamaged);
    }

    [Fact]
    public void FlippedBit_CostsOneEntryAndIsReportedEverAfter()
    {
        var journal = Create();
        for (var i = 1UL; i <= 5; i++)
            journal.Intend(i, Intent((long)i, (long)i));
        var (path, bytes) = JournalWorld.FilesOf(_disk).Single(f => FileHolds(f.Value, 4));
        bytes[(3 * JournalEntry.Size) + 40] ^= 4; // the third entry
        _disk.Put(path, bytes);

        using (var next = Open())
        {
            Assert.Equal(new ulong[] { 1, 2, 4, 5 }, next.State.Intents.Keys.Order());
            Assert.True(next.State.IsDamaged);
            next.Settle(1, 1);
        }

        Assert.True(Found().IsDamaged);
    }

    [Fact]
    public void EntryThatStandsInAnotherPlace_IsNotBelieved()
    {
        var journal = Create();
        journal.Intend(Stream, Intent(1, 10));
        journal.Settle(Stream, 5);
        journal.Intend(Stream, Intent(6, 20));
        journal.Intend(Stream + 1, Intent(21, 30));
        var (path, bytes) = JournalWorld.FilesOf(_disk).Single(f => FileHolds(f.Value, 3));
        Array.Copy(bytes, JournalEntry.Size, bytes, 3 * JournalEntry.Size, JournalEntry.Size);
        _disk.Put(path, bytes);

        Assert.Equal(5, Found().Settled[Stream]);
        Assert.True(Found().IsDamaged);
        Array.Copy(bytes, JournalEntry.Size, bytes, 5 * JournalEntry.Size, JournalEntry.Size);
        Array.Copy(bytes, 4 * JournalEntry.Size, bytes, JournalEntry.Size, JournalEntry.Size);
        _disk.Put(path, bytes);

        Assert.Equal([Stream + 1], Found().Intents.Keys);
    }

    [Fact]
    public void OtherVersion_IsLeftAlone()
    {
        Create().Intend(Stream, Intent(1, 1));
        foreach (var (path, bytes) in JournalWorld.FilesOf(_disk))
        {
            FileVersion.Write(bytes, BitConverter.ToUInt64(bytes), FileVersion.Current + 1);
            _disk.Put(path, bytes);
        }

        _disk.KillHolders();
        Assert.Null(BufferJournal.Open(_disk, Folder, JournalWorld.FolderId, syncs: true));
    }

    [Fact]
    public void OtherVersion_IsClosedAgain()
    {
        Create().Dispose();
        var bytes = _disk.Bytes(One);
        FileVersion.Write(bytes, BitConverter.ToUInt64(bytes), FileVersion.Current + 1);
        _disk.Put(One, bytes);

        Assert.Null(BufferJournal.Open(_disk, Folder, JournalWorld.FolderId, syncs: true));
        AssertThatNothingIsOpen();
    }

    // Its space takes four writes, and each header one.
    [Theory]
    [InlineData(DiskAct.Create, 1)]
    [InlineData(DiskAct.Write, 0)]
    [InlineData(DiskAct.Write, 2)]
    [InlineData(DiskAct.Write, 4)]
    [InlineData(DiskAct.Write, 5)]
    [InlineData(DiskAct.Sync, 0)]
    [InlineData(DiskAct.Sync, 1)]
    [InlineData(DiskAct.SyncFolder, 0)]
    public void CreationThatFails_LeavesNothingOpen(DiskAct act, int after)
    {
        _disk.FailOnce(act, after);

        Assert.Throws<IOException>(Create);
        AssertThatNothingIsOpen();
    }

    [Theory]
    [InlineData(DiskAct.Open)]
    [InlineData(DiskAct.Read)]
    public void OpeningThatFails_LeavesNothingOpen(DiskAct act)
    {
        Create().Dispose();
        _disk.Fails = (kind, path) => kind == act && path.EndsWith('1');

        Assert.Throws<IOException>(Open);
        _disk.Fail();
        AssertThatNothingIsOpen();
    }

    [Theory]
    [InlineData(DiskAct.Write)]
    [InlineData(DiskAct.Sync)]
    public void DiskThatFails_IsToldUntilItWorks(DiskAct act)
    {
        var journal = Create();
        Assert.False(journal.HasFailed);

        _disk.Fail(act);
        for (var i = 0; i < 2; i++)
        {
            Assert.Throws<IOException>(() => journal.Intend(Stream, Intent(1, 10)));
            Assert.True(journal.HasFailed);
        }

        _disk.Fail();
        journal.Intend(Stream, Intent(1, 10));
        Assert.False(journal.HasFailed);
    }

    // With syncs, the sync that follows is refused too.
    [Fact]
    public void IntentThatCannotBeWritten_IsRefusedWithoutSyncsToo()
    {
        using var journal = BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: false);
        _disk.Fail(DiskAct.Write);

        Assert.Throws<IOException>(() => journal.Intend(Stream, Intent(1, 10)));
        Assert.Empty(journal.State.Intents);
    }

    // One or two entries follow the snapshot.
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void DamagedSnapshot_IsCompletedFromTheOtherFile(int last)
    {
        var journal = BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: true, entries: 8);
        journal.SegmentOpened(1);
        journal.Settle(Stream, 5);
        for (var i = 1; i <= last; i++)
            journal.Settle(Stream + 1, i);
        var (path, bytes) = JournalWorld.FilesOf(_disk).MaxBy(file => BitConverter.ToInt32(file.Value, 24));
        bytes[(2 * JournalEntry.Size) + 40] ^= 4; // the mark of the first stream
        _disk.Put(path, bytes);

        Assert.Equal((5, last), (Found().Settled[Stream], Found().Settled[Stream + 1]));
        Assert.True(Found().IsDamaged);
    }

    [Fact]
    public void DamagedLastHeader_IsReported()
    {
        var journal = Create();
        journal.Intend(Stream, Intent(1, 10));
        journal.Dispose();
        var (path, bytes) = JournalWorld.FilesOf(_disk).MaxBy(file => BitConverter.ToInt32(file.Value, 24));
        bytes[24] ^= 1;
        _disk.Put(path, bytes);

        Assert.True(Found().IsDamaged);
    }

    private void AssertThatNothingIsOpen()
    {
        foreach (var path in JournalWorld.FilesOf(_disk).Keys)
            _disk.Open(path).Dispose();
    }

    private static void DieTwice(int first, int second, int tornAt)
    {
        var disk = JournalWorld.NewDisk();
        var process = new ProcessDisk(disk) { LastWriteShare = tornAt / 1000.0 };
        var taken = 0;
        var journal = BufferJournal.Create(process, Folder, JournalWorld.FolderId, syncs: true, entries: 8);
        process.DieInWrite(first);
        while (!process.IsDead)
            taken += TryIntend(journal, taken + 1);

        var next = new ProcessDisk(disk) { LastWriteShare = tornAt / 1000.0 };
        journal = BufferJournal.Open(next, Folder, JournalWorld.FolderId, syncs: true, entries: 8)!;
        next.DieInWrite(second);
        while (!next.IsDead)
            taken += TryIntend(journal, taken + 1);

        var found = JournalWorld.Found(disk);
        Assert.False(found.IsDamaged);
        Assert.Subset(found.Intents.Keys.ToHashSet(), Enumerable.Range(1, taken).Select(i => (ulong)i).ToHashSet());
    }

    private static int TryIntend(BufferJournal journal, int number)
    {
        try
        {
            journal.Intend((ulong)number, Intent(number, number));
            return 1;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static AppendIntent Intent(long first, long last) => new(0, new AppendPosition(first, 1), last - first + 1, 2, first, last);

    private static bool FileHolds(byte[] bytes, int index) =>
        JournalEntry.TryRead(bytes.AsSpan((index + 1) * JournalEntry.Size, JournalEntry.Size), JournalWorld.FolderId, out _, out var place)
        && (place.Generation, place.Index) == (BitConverter.ToInt32(bytes, 24), index);

    private BufferJournal Create() => BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs: true);

    // The process that had it open before is dead.
    private BufferJournal Open()
    {
        _disk.KillHolders();
        return BufferJournal.Open(_disk, Folder, JournalWorld.FolderId, syncs: true)!;
    }

    private JournalState Found() => JournalWorld.Found(_disk);
}
