using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>A folder in the place of one of the journal's files, on the real disk.</summary>
public sealed class BlockedJournalTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("blocked-journal").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Theory]
    [InlineData("journal.0")]
    [InlineData("journal.1")]
    public async Task FolderInTheJournalsPlace_MakesWay(string name)
    {
        var made = SpoolFolderName.New(TimeProvider.System);
        var folder = Path.Combine(_path, made.Text);
        Leave(folder, new SpoolSalt(made.Salt));
        File.Delete(Path.Combine(folder, name));
        Directory.CreateDirectory(Path.Combine(folder, name));

        var oss = new MemoryOss();
        await OssAppender.DrainAsync(_path, AppenderTesting.Options(oss), progress: null, TestContext.Current.CancellationToken);

        Assert.Equal("left\n", oss.Text("a.log"));
        Assert.Empty(Directory.GetDirectories(_path));
    }

    private static void Leave(string folder, SpoolSalt salt)
    {
        Directory.CreateDirectory(folder);
        SpoolJournal.Create(SpoolFiles.Instance, folder, syncs: true).Dispose();
        using var writer = new SegmentWriter(SpoolFiles.Instance, folder, salt, 1 << 20, syncs: true);
        var block = new SpoolBlock(salt);
        block.Append(1, AppenderTesting.Noon, 0, new SpoolStream(new Core.Keys.StreamKey("a", new Core.Keys.SequencePart(null), ".log")), "left\n"u8, state: null);
        writer.Write(block);
        writer.Sync();
        block.Release();
    }
}
