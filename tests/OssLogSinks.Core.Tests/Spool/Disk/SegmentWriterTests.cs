using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

public class SegmentWriterTests
{
    private readonly SpoolTesting _spool = new();

    private MemoryDisk Disk => _spool.Disk;

    [Fact]
    public void FullDisk_LeavesNothingOfTheBlockAndTheWriterUsable()
    {
        using var writer = _spool.NewWriter();
        var (first, second) = (_spool.Fill(1, SpoolTesting.Records(3)), _spool.Fill(4, SpoolTesting.Records(3)));
        writer.Write(first);
        var before = writer.Current;
        Disk.Capacity = Disk.UsedBytes + second.Length - 1;

        Assert.Throws<IOException>(() => writer.Write(second));

        Assert.Equal(before, writer.Current);
        Assert.Equal((3L, Disk.UsedBytes), (writer.LastId, writer.TotalBytes));
        Assert.Equal([1L, 2, 3], ReadIds());

        Disk.Capacity = null;
        writer.Write(second);
        Assert.Equal([1L, 2, 3, 4, 5, 6], ReadIds());
        Assert.Single(Disk.FilesIn(SpoolTesting.Folder));
    }

    [Fact]
    public void FileThatCannotBeCutBack_IsLeftAndWhatIsTooMuchInItDoesNotCount()
    {
        using var writer = _spool.NewWriter();
        writer.Write(_spool.Fill(1, SpoolTesting.Records(3)));
        Disk.Fails = (act, _) => act is DiskAct.Write or DiskAct.SetLength;
        var block = _spool.Fill(4, SpoolTesting.Records(4));
        Assert.Throws<IOException>(() => writer.Write(block));
        Assert.Equal([1L, 2, 3, 4], ReadIds());
        Assert.Null(writer.Current);

        Disk.Fails = null;
        writer.Write(block);
        writer.Write(_spool.Fill(8, SpoolTesting.Records(1)));
        writer.EndFile();
        writer.Write(_spool.Fill(9, SpoolTesting.Records(1)));

        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8, 9], ReadIds());
    }

    [Fact]
    public void RecordsOfAFailedBlock_DoNotCountEvenIfTheyAreNotWrittenAgain()
    {
        using var writer = _spool.NewWriter();
        writer.Write(_spool.Fill(1, SpoolTesting.Records(3)));
        Disk.Fails = (act, _) => act is DiskAct.Write or DiskAct.SetLength;
        Assert.Throws<IOException>(() => writer.Write(_spool.Fill(4, SpoolTesting.Records(4))));

        Disk.Fails = null;
        writer.Write(_spool.Fill(20, SpoolTesting.Records(1)));

        Assert.Equal([1L, 2, 3, 20], ReadIds());
    }

    [Fact]
    public void FirstBlockThatFails_LeavesNoFile()
    {
        using var writer = _spool.NewWriter();
        var block = _spool.Fill(1, SpoolTesting.Records(3));
        Disk.Capacity = SegmentHeader.Size + 10;
        Assert.Throws<IOException>(() => writer.Write(block));
        Assert.Empty(Disk.FilesIn(SpoolTesting.Folder));
        Assert.Equal(0, writer.TotalBytes);

        Disk.Capacity = SegmentHeader.Size - 1;
        Assert.Throws<IOException>(() => writer.Write(block));
        Assert.Empty(Disk.FilesIn(SpoolTesting.Folder));

        Disk.Capacity = null;
        writer.Write(block);
        Assert.Equal([1L, 2, 3], ReadIds());
    }

    [Fact]
    public void FirstBlockWhoseFileCannotEvenBeDeleted_IsWrittenWhenTheDiskTakesItAgain()
    {
        using var writer = _spool.NewWriter();
        var block = _spool.Fill(1, SpoolTesting.Records(3));
        Disk.Fails = (act, _) => act is DiskAct.Write or DiskAct.SetLength or DiskAct.Delete;
        Assert.Throws<IOException>(() => writer.Write(block));
        Assert.Throws<IOException>(() => writer.Write(block));

        Disk.Fails = null;
        writer.Write(block);

        Assert.Equal([1L, 2, 3], ReadIds());
    }

    [Fact]
    public void FileThatCouldNotBeCutBack_IsCutAtTheLatestWhenTheWriterEnds()
    {
        using var writer = _spool.NewWriter();
        writer.Write(_spool.Fill(1, SpoolTesting.Records(3)));
        Disk.Fails = (act, _) => act is DiskAct.Write or DiskAct.SetLength;
        Assert.Throws<IOException>(() => writer.Write(_spool.Fill(4, SpoolTesting.Records(4))));

        Disk.Fails = null;
        writer.Dispose();

        Assert.Equal([1L, 2, 3], ReadIds());
        Assert.Empty(_spool.ReadAll().Damage);
    }

    [Fact]
    public void FailedSync_TakesBackWhatCameSinceTheLastOne()
    {
        using var writer = _spool.NewWriter();
        writer.Write(_spool.Fill(1, SpoolTesting.Records(3)));
        writer.Sync();
        var again = _spool.Fill(4, SpoolTesting.Records(3));
        writer.Write(again);
        Disk.FailOnce(DiskAct.Sync);

        Assert.Throws<IOException>(writer.Sync);

        Assert.Equal((3L, 3L, Disk.UsedBytes), (writer.LastId, writer.LastSyncedId, writer.TotalBytes));
        Assert.Equal([1L, 2, 3], ReadIds());
        writer.Write(again);
        writer.Sync();
        Assert.Equal(6, writer.LastSyncedId);
        Assert.Equal([1L, 2, 3, 4, 5, 6], ReadIds());
        Disk.PowerCut();
        Assert.Equal([1L, 2, 3, 4, 5, 6], ReadIds());
    }

    [Fact]
    public void FileThatIsFull_IsMadeDurableBeforeTheNextOneBegins()
    {
        using var writer = _spool.NewWriter(segmentSize: 300);
        var (first, second) = (_spool.Fill(1, SpoolTesting.Records(3)), _spool.Fill(4, SpoolTesting.Records(3)));
        writer.Write(first);
        Assert.Equal(second.Length + SegmentHeader.Size, writer.CostOf(second.Length));
        writer.Write(second);

        Assert.Equal((3L, 6L), (writer.LastSyncedId, writer.LastId));
        Assert.Equal(new SegmentExtent(SpoolTesting.Folder + "/" + SegmentHeader.NameOf(4), 4, SegmentHeader.Size + second.Length, 0), writer.Current);
        Assert.Equal(Disk.UsedBytes, writer.TotalBytes);
    }

    [Fact]
    public void WriterThatIsNotToSync_NeverDoes()
    {
        using var writer = _spool.NewWriter(segmentSize: 300, syncs: false);
        Disk.Fails = (act, _) => act is DiskAct.Sync or DiskAct.SyncFolder;

        writer.Write(_spool.Fill(1, SpoolTesting.Records(3)));
        writer.Write(_spool.Fill(4, SpoolTesting.Records(3)));
        writer.EndFile();

        Assert.Equal([1L, 2, 3, 4, 5, 6], ReadIds());
        Assert.Equal(0, writer.LastSyncedId);
    }

    private IEnumerable<long> ReadIds() => _spool.ReadAll().Records.Select(r => r.Id);
}
