using System.Text;
using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Core.Tests.DiskBuffer.Files;

/// <summary>The real disk, in a folder of the test's own.</summary>
public sealed class BufferFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("buffer-files-").FullName;
    private readonly BufferFiles _files = BufferFiles.Instance;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatIsWritten_IsReadThroughAnotherHandleAtOnce()
    {
        using (var writer = _files.Create(PathOf("f")))
        {
            using var reader = _files.OpenToRead(PathOf("f"));
            Write(writer, 0, "hello");
            Assert.Equal((5, "hello"), (reader.Length, Read(reader, 0)));
            Write(writer, 5, " world");
            Assert.Equal((11, "lo world"), (reader.Length, Read(reader, 3)));
            writer.SetLength(2);
            Assert.Equal((2, "he", ""), (reader.Length, Read(reader, 0), Read(reader, 2)));
            writer.Sync();
        }

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
    public void WhatIsMade_IsForThisUserAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are of Unix.");
        if (OperatingSystem.IsWindows())
            return;

        _files.CreateFolder(PathOf("private/inner"));
        _files.Create(PathOf("private/inner/f")).Dispose();
        _files.OpenExclusively(PathOf("private/lock"), create: true).Dispose();

        const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var name in new[] { "private", "private/inner" })
            Assert.Equal(Folder, File.GetUnixFileMode(PathOf(name)));
        foreach (var name in new[] { "private/inner/f", "private/lock" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(name)));
    }

    [Fact]
    public void LinksPipesAndDevices_AreForeignEntries()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A pipe is made by mkfifo.");
        _files.Create(PathOf("file")).Dispose();
        _files.CreateFolder(PathOf("folder"));
        File.CreateSymbolicLink(PathOf("link"), PathOf("file"));
        Directory.CreateSymbolicLink(PathOf("folder link"), PathOf("folder"));
        File.CreateSymbolicLink(PathOf("dead link"), PathOf("nothing"));
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", PathOf("pipe")))
            mkfifo.WaitForExit();

        Assert.Equal(["file"], _files.FilesIn(_folder));
        Assert.Equal(["folder"], _files.FoldersIn(_folder));
        Assert.Equal(["dead link", "folder link", "link", "pipe"], _files.ForeignEntriesIn(_folder));
    }

    [Fact]
    public void FilesOfAnotherUser_AreForeignEntries()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a file away.");
        _files.Create(PathOf("file")).Dispose();
        using (var chown = System.Diagnostics.Process.Start("chown", ["12345", PathOf("file")]))
            chown.WaitForExit();

        Assert.Empty(_files.FilesIn(_folder));
        Assert.Equal(["file"], _files.ForeignEntriesIn(_folder));
    }

    [Fact]
    public void SyncThatTheSystemRefuses_Throws()
    {
        // fsync of a pipe or a device that has nothing to sync is an error, which FileStream hides.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        using var file = _files.OpenToRead("/dev/full");

        Assert.ThrowsAny<IOException>(file.Sync);
    }

    [Fact]
    public void FolderSyncThatTheSystemRefuses_Throws() => Assert.ThrowsAny<IOException>(() =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows syncs no folders.");
        _files.SyncFolder(PathOf("missing"));
    });

    [Fact]
    public void WriteBeyondTheLargestFile_IsAnIOException()
    {
        using var file = _files.Create(PathOf("f"));

        Assert.ThrowsAny<IOException>(() => file.Write(long.MaxValue - 5, [1, 2, 3], 0, 3));
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static void Write(IBufferFile file, long offset, string text) => file.Write(offset, Encoding.ASCII.GetBytes(text), 0, text.Length);

    private static string Read(IBufferFile file, long offset)
    {
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, file.Read(offset, buffer, 0, buffer.Length));
    }
}
