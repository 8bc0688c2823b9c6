using System.Diagnostics;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;

namespace OssLogSinks.Core.Tests.DiskBuffer.Folders;

/// <summary>The lock on real files. A second handle is as good as a second process: the system locks open files, not processes.</summary>
public sealed class FolderLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("osslogsinks-lock-").FullName;

    private static readonly FolderId FolderId = new(1);

    private static BufferFiles Files => BufferFiles.Instance;

    private string LockFile => Path.Combine(_folder, "lock");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void LockThatIsHeld_IsGivenToNobodyElse()
    {
        using var held = FolderLock.TryTake(Files, _folder, create: true);

        Assert.True(held!.Excludes);
        Assert.Null(FolderLock.TryTake(Files, _folder, create: true));
        Assert.Null(FolderLock.TryTake(Files, _folder, create: false));
    }

    [Fact]
    public void LockThatWasGivenBack_IsTakenOver()
    {
        FolderLock.TryTake(Files, _folder, create: true)!.Dispose();

        using var next = FolderLock.TryTake(Files, _folder, create: false);
        Assert.True(next!.Excludes);
    }

    [Fact]
    public void FolderWithoutLockFile_IsTakenOnlyByWhoMayMakeOne()
    {
        Assert.Null(FolderLock.TryTake(Files, _folder, create: false));
        Assert.False(File.Exists(LockFile));

        using var taken = FolderLock.TryTake(Files, _folder, create: true);
        Assert.NotNull(taken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FolderThatHasGone_IsNotMadeAgain(bool create)
    {
        Directory.Delete(_folder);

        Assert.Null(FolderLock.TryTake(Files, _folder, create));
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public void LockFileDeletedUnderItsLivingOwner_IsNotTakenByAnother()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete an open file.");
        using var held = FolderLock.TryTake(Files, _folder, create: true);
        var journal = BufferJournal.Create(Files, _folder, FolderId, syncs: false);
        File.Delete(LockFile);

        Assert.Null(FolderLock.TryTake(Files, _folder, create: true));

        // The lock file that this try has left tells no more than the lack of one.
        Assert.Null(FolderLock.TryTake(Files, _folder, create: false));

        journal.Dispose();
        using var next = FolderLock.TryTake(Files, _folder, create: true);
        Assert.NotNull(next);
    }

    [Fact]
    public void FolderGivenUp_IsGoneAndCanBeTakenByNobody()
    {
        var held = FolderLock.TryTake(Files, _folder, create: true);

        Assert.True(held!.ReleaseAndDelete());
        Assert.False(Directory.Exists(_folder));
        Assert.Null(FolderLock.TryTake(Files, _folder, create: false));
    }

    [Fact]
    public void FolderGivenUpThatHoldsSomething_StaysAndIsFree()
    {
        var kept = Path.Combine(_folder, "something");
        File.WriteAllText(kept, "of somebody");
        var held = FolderLock.TryTake(Files, _folder, create: true);

        Assert.False(held!.ReleaseAndDelete());
        Assert.True(File.Exists(kept));
        using var next = FolderLock.TryTake(Files, _folder, create: true);
        Assert.NotNull(next);
    }

    [Fact]
    public void JournalOnRealFiles_IsTakenOverWithItsLock()
    {
        var held = FolderLock.TryTake(Files, _folder, create: true);
        using (var journal = BufferJournal.Create(Files, _folder, FolderId, syncs: true))
        {
            journal.SegmentOpened(1);
            journal.Settle(7, 5);
        }

        held!.Dispose();
        using var taken = FolderLock.TryTake(Files, _folder, create: false);
        using var found = BufferJournal.Open(Files, _folder, FolderId, syncs: true)!;
        Assert.False(found.State.IsDamaged);
        Assert.Equal(5, found.State.Settled[7]);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task LockThatIsHeld_IsRefusedToAnotherProcess()
    {
        SkipUnlessLinux();
        using var held = FolderLock.TryTake(Files, _folder, create: true);
        Assert.Equal(1, await ExitOfAsync("flock -n lock true"));

        held!.Dispose();
        Assert.Equal(0, await ExitOfAsync("flock -n lock true"));
    }

    [Fact]
    public async Task LockOfAnotherProcess_IsFreeOnlyWhenThatIsKilled()
    {
        SkipUnlessLinux();
        using var other = Start("exec 9>>lock; flock 9; echo held; exec cat");
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.Null(FolderLock.TryTake(Files, _folder, create: false));
        }
        finally
        {
            other.Kill();
        }

        await other.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var taken = FolderLock.TryTake(Files, _folder, create: false);
        Assert.True(taken!.Excludes);
    }

    [Fact]
    public void FileSystemWithoutLocks_IsRecognised()
    {
        using var taken = FolderLock.TryTake(new LocklessFiles(), _folder, create: true);

        Assert.False(taken!.Excludes);
    }

    private static void SkipUnlessLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The other process is a shell with flock.");

    private Process Start(string script) => Process.Start(new ProcessStartInfo("sh", ["-c", script])
    {
        WorkingDirectory = _folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private async Task<int> ExitOfAsync(string script)
    {
        using var process = Start(script);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    /// <summary>Real files on a file system that lets everybody in.</summary>
    private sealed class LocklessFiles : IBufferFiles
    {
        public IBufferFile OpenExclusively(string path, bool create)
        {
            if (create)
                File.AppendAllText(path, "");

            return Files.OpenToRead(path);
        }

        public IReadOnlyList<string> ForeignEntriesIn(string folder) => Files.ForeignEntriesIn(folder);

        public bool Exists(string path) => Files.Exists(path);

        public long LengthOf(string path) => Files.LengthOf(path);

        public bool ExcludesOthers(string path) => Files.ExcludesOthers(path);

        public IBufferFile Create(string path) => Files.Create(path);

        public IBufferFile Open(string path) => Files.Open(path);

        public IBufferFile OpenToRead(string path) => Files.OpenToRead(path);

        public void CreateFolder(string path) => Files.CreateFolder(path);

        public IReadOnlyList<string> FilesIn(string folder) => Files.FilesIn(folder);

        public IReadOnlyList<string> FoldersIn(string folder) => Files.FoldersIn(folder);

        public void Delete(string path) => Files.Delete(path);

        public void DeleteFolder(string path) => Files.DeleteFolder(path);

        public void Move(string from, string to) => Files.Move(from, to);

        public void SyncFolder(string path) => Files.SyncFolder(path);
    }
}
