using System.Text;
using OssLogSinks.Core.Spool.Disk;

namespace OssLogSinks.Core.Tests.Spool.Disk;

/// <summary>The real disk, in a folder of the test's own.</summary>
public sealed class SpoolFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spool-files-").FullName;
    private readonly SpoolFiles _files = SpoolFiles.Instance;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatIsWritten_IsReadThroughAnotherHandleAtOnce()
    {
        using var writer = _files.Create(PathOf("f"));
        using var reader = _files.OpenToRead(PathOf("f"));

        Write(writer, 0, "hello");
        Assert.Equal((5, "hello"), (reader.Length, Read(reader, 0)));
        Write(writer, 5, " world");
        Assert.Equal((11, "lo world"), (reader.Length, Read(reader, 3)));
        writer.SetLength(2);
        Assert.Equal((2, "he", ""), (reader.Length, Read(reader, 0), Read(reader, 2)));
        writer.Sync();
        Assert.Equal("he", File.ReadAllText(PathOf("f")));
    }

    [Fact]
    public void FileThatExists_IsNotMadeAgain()
    {
        _files.Create(PathOf("f")).Dispose();

        Assert.ThrowsAny<IOException>(() => _files.Create(PathOf("f")));
        Assert.ThrowsAny<IOException>(() => _files.Open(PathOf("g")));
        Assert.ThrowsAny<IOException>(() => _files.OpenToRead(PathOf("g")));
        _files.Open(PathOf("f")).Dispose();
    }

    [Fact]
    public void ExclusiveHolder_ShutsEverybodyOutUntilItLetsGo()
    {
        using (_files.OpenExclusively(PathOf("lock"), create: true))
        {
            Assert.ThrowsAny<IOException>(() => _files.OpenExclusively(PathOf("lock"), create: true));
            Assert.ThrowsAny<IOException>(() => _files.OpenExclusively(PathOf("lock"), create: false));
        }

        _files.OpenExclusively(PathOf("lock"), create: false).Dispose();
        using var other = _files.Open(PathOf("lock"));
        Assert.ThrowsAny<IOException>(() => _files.OpenExclusively(PathOf("lock"), create: false));
    }

    [Fact]
    public void NamesOfAFolder_AreListedMovedAndDeleted()
    {
        _files.CreateFolder(PathOf("x/y"));
        _files.Create(PathOf("x/b")).Dispose();
        _files.Create(PathOf("x/a")).Dispose();
        Assert.Equal(["a", "b"], _files.FilesIn(PathOf("x")));
        Assert.Equal(["y"], _files.FoldersIn(PathOf("x")));
        Assert.ThrowsAny<IOException>(() => _files.DeleteFolder(PathOf("x")));
        Assert.ThrowsAny<IOException>(() => _files.Move(PathOf("x/a"), PathOf("x/b")));

        _files.Move(PathOf("x/a"), PathOf("x/y/c"));
        _files.Delete(PathOf("x/b"));
        _files.Delete(PathOf("x/b"));
        Assert.Empty(_files.FilesIn(PathOf("x")));
        Assert.Equal(["c"], _files.FilesIn(PathOf("x/y")));

        _files.Delete(PathOf("x/y/c"));
        _files.DeleteFolder(PathOf("x/y"));
        Assert.Empty(_files.FoldersIn(PathOf("x")));
    }

    [Fact]
    public void RefusalOfAnyKind_IsAnIOException()
    {
        Assert.ThrowsAny<IOException>(() => _files.Open(_folder));
        Assert.ThrowsAny<IOException>(() => _files.FilesIn(PathOf("missing")));
        Assert.ThrowsAny<IOException>(() => _files.Delete(_folder));
    }

    [Fact]
    public void FolderSync_DoesNotMindAFolderThatIsGone()
    {
        _files.SyncFolder(_folder);
        _files.SyncFolder(PathOf("missing"));

        Assert.True(Directory.Exists(_folder));
    }

    [Fact]
    public void Segments_AreWrittenAndReadOnTheRealDisk()
    {
        var spool = new SpoolTesting();
        using var writer = new SegmentWriter(_files, _folder, SpoolTesting.Salt, 4096, syncs: true);
        for (var id = 1; id <= 100; id += 10)
        {
            writer.Write(spool.Fill(id, SpoolTesting.Records(10, size: 100)));
            writer.Sync();
        }

        var ids = new List<long>();
        foreach (var segment in SegmentEntry.In(_files, _folder, SpoolTesting.Salt))
        {
            using var reader = new SegmentReader(_files.OpenToRead(segment.Path), SpoolTesting.Salt, new SpoolStreams());
            ids.AddRange(SpoolTesting.ReadOn(reader, segment.Length).Select(r => r.Id));
            Assert.Empty(reader.Damage);
        }

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), ids);
        Assert.Equal(new DirectoryInfo(_folder).GetFiles().Sum(f => f.Length), writer.TotalBytes);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static void Write(ISpoolFile file, long offset, string text) => file.Write(offset, Encoding.ASCII.GetBytes(text), 0, text.Length);

    private static string Read(ISpoolFile file, long offset)
    {
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, file.Read(offset, buffer, 0, buffer.Length));
    }
}
