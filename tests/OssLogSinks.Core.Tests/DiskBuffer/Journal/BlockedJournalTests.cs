using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

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
        var made = FolderName.New(TimeProvider.System);
        var folder = Path.Combine(_path, made.Text);
        Leave(folder, new FolderId(made.FolderId));
        File.Delete(Path.Combine(folder, name));
        Directory.CreateDirectory(Path.Combine(folder, name));

        var oss = new MemoryOss();
        await OssAppender.DrainAsync(_path, AppenderTesting.Options(oss), progress: null, TestContext.Current.CancellationToken);

        Assert.Equal("left\n", oss.Text("a.log"));
        Assert.Empty(Directory.GetDirectories(_path));
    }

    private static void Leave(string folder, FolderId folderId)
    {
        Directory.CreateDirectory(folder);
        BufferJournal.Create(BufferFiles.Instance, folder, folderId, syncs: true).Dispose();
        var block = new Block(4096, firstId: 1, AppenderTesting.Noon);
        var name = new StreamName(new Core.Keys.StreamKey("a", new Core.Keys.SequencePart(null), ".log"));
        Assert.True(block.TryAdd(new Core.Records.LogRecord(AppenderTesting.Noon, "left\n"u8.ToArray()), name));
        block.Seal(folderId);
        byte[] bytes = [.. new SegmentHeader(FileVersion.Current, folderId.Value, 1).ToBytes(), .. block.Bytes[..block.Length]];
        File.WriteAllBytes(Path.Combine(folder, SegmentHeader.NameOf(1)), bytes);
        block.Release();
    }
}
