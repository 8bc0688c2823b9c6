using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>How a journal is closed and deleted.</summary>
public class BufferJournalCloseTests
{
    private const string Folder = "buffer";
    private const ulong Stream = 5;

    private readonly MemoryDisk _disk = JournalWorld.NewDisk();

    [Fact]
    public void Close_SyncsWhatWasOnlyWritten()
    {
        var journal = Create(syncs: true);
        journal.Settle(Stream, 5);
        var written = JournalWorld.FilesOf(_disk).Values;
        journal.Dispose();
        _disk.PowerCut();

        Assert.Equal(written, JournalWorld.FilesOf(_disk).Values);
    }

    [Fact]
    public void Close_SyncsNothingThatIsOnDisk()
    {
        var journal = Create(syncs: true);
        journal.Intend(Stream, new AppendIntent(0, new AppendPosition(0, 0), 1, 2, 1, 1));
        var before = _disk.Syncs;
        journal.Sync();
        journal.Dispose();

        Assert.Equal(before, _disk.Syncs);
    }

    [Fact]
    public void CloseWithoutSyncs_SyncsNothing()
    {
        var journal = Create(syncs: false);
        journal.Settle(Stream, 5);
        var before = _disk.Syncs;
        journal.Dispose();

        Assert.Equal(before, _disk.Syncs);
    }

    [Fact]
    public void ClosedJournal_TakesNotesAndWritesNone()
    {
        var journal = Create(syncs: true);
        journal.Dispose();
        Assert.Throws<ObjectDisposedException>(journal.Sync);
        Assert.Throws<ObjectDisposedException>(() => journal.SegmentDone(1));

        var acts = _disk.Acts;
        journal.Settle(Stream, 5);
        journal.Dispose();
        Assert.Equal(acts, _disk.Acts);
    }

    // The file with the current state is the last one to go.
    [Theory]
    [InlineData(0, "journal.1", "journal.0")]
    [InlineData(9, "journal.0", "journal.1")]
    public void Delete_TakesTheSpareFirst(int notes, string spare, string current)
    {
        var journal = Create(syncs: true);
        for (var i = 1; i <= notes; i++)
            journal.Settle(Stream, i);
        journal.Dispose();

        Assert.Equal(["SyncFolder buffer", $"Delete buffer/{spare}", "SyncFolder buffer", $"Delete buffer/{current}"], ActsOf(() => journal.Delete(_disk, Folder)));
        Assert.Empty(_disk.FilesIn(Folder));
    }

    [Fact]
    public void DeleteWithoutSyncs_SyncsNothing()
    {
        var journal = Create(syncs: false);
        journal.Dispose();

        Assert.Equal(["Delete buffer/journal.1", "Delete buffer/journal.0"], ActsOf(() => journal.Delete(_disk, Folder)));
    }

    [Fact]
    public void DeleteAll_TakesBothFilesAndNothingElse()
    {
        Create(syncs: true).Dispose();
        _disk.Put(Folder + "/other", [1]);
        BufferJournal.DeleteAll(_disk, Folder);

        Assert.Equal(["other"], _disk.FilesIn(Folder));
    }

    private List<string> ActsOf(Action act)
    {
        var acts = new List<string>();
        _disk.Fails = (kind, path) =>
        {
            acts.Add($"{kind} {path}");
            return false;
        };
        act();
        _disk.Fails = null;
        return acts;
    }

    private BufferJournal Create(bool syncs) => BufferJournal.Create(_disk, Folder, JournalWorld.FolderId, syncs, entries: 8);
}
