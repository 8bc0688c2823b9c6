using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The right to read, write and delete in one buffer folder. While it is held, no other process on this machine gets it;
/// the operating system takes it back when the process dies.
/// </summary>
/// <remarks>
/// <para>
/// It is an open file that nobody else may open. On Linux that is <c>flock</c>, which knows the file, not its name: if
/// somebody deletes the lock file of a living owner, another process can make a new one and lock it. So the owner also
/// keeps its journal open, which others then cannot open exclusively, and a process that takes a lock tries just that.
/// </para>
/// <para>
/// Some file systems know no locks, <c>DOTNET_SYSTEM_IO_DISABLEFILELOCKING</c> switches them off, and some runtimes keep them within the
/// process. So the system itself is asked, past the runtime, whether it would refuse another process: see <see cref="Excludes"/>.
/// </para>
/// </remarks>
internal sealed class FolderLock : IDisposable
{
    public const string FileName = "lock";
    private const string JournalName = "journal.0";

    private readonly IBufferFiles _files;
    private readonly string _folder;
    private IBufferFile? _file;

    private FolderLock(IBufferFiles files, string folder, IBufferFile file, bool excludes)
    {
        _files = files;
        _folder = folder;
        _file = file;
        Excludes = excludes;
    }

    /// <summary>
    /// Whether others are really kept out. If not, its holder must leave all folders alone that it has not made itself:
    /// their owners may be alive.
    /// </summary>
    public bool Excludes { get; }

    /// <summary>Takes the lock if it is free.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="folder">The folder; it is not made here.</param>
    /// <param name="create">Whether to make the lock file if there is none.</param>
    /// <returns>Null if somebody else has it, or there is nothing (any more) to take.</returns>
    /// <exception cref="IOException">Whether the lock keeps others out cannot be found out now.</exception>
    public static FolderLock? TryTake(IBufferFiles files, string folder, bool create)
    {
        var path = Path.Combine(folder, FileName);
        if (TryOpen(files, path, create, out _) is not { } file)
            return null;

        bool excludes;
        try
        {
            excludes = files.ExcludesOthers(path);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        // The file was deleted since: its folder is being deleted.
        if (!files.Exists(path) || (excludes && IsJournalHeld(files, folder)))
        {
            file.Dispose();
            return null;
        }

        return new FolderLock(files, folder, file, excludes);
    }

    /// <summary>Gives the folder up for good: deletes the lock file and the folder, which holds nothing else any more.</summary>
    /// <remarks>
    /// The file goes while it is still locked, so that nobody finds a free lock in a folder that is being deleted. Windows deletes no
    /// open file; there, another process may take the empty folder in between, and then deletes it itself.
    /// </remarks>
    /// <returns>Whether the folder was deleted.</returns>
    public bool ReleaseAndDelete()
    {
        var path = Path.Combine(_folder, FileName);
        var isDeleted = BufferFiles.Try(() => _files.Delete(path));
        Dispose();
        return (isDeleted || BufferFiles.Try(() => _files.Delete(path))) && BufferFiles.Try(() => _files.DeleteFolder(_folder));
    }

    /// <summary>Gives the lock back and leaves the folder as it is, for the next process.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private static bool IsJournalHeld(IBufferFiles files, string folder)
    {
        TryOpen(files, Path.Combine(folder, JournalName), create: false, out var isHeld)?.Dispose();
        return isHeld;
    }

    // Whether somebody has it open: not if rights are missing, or it is no file, or there is none.
    private static IBufferFile? TryOpen(IBufferFiles files, string path, bool create, out bool isHeld)
    {
        isHeld = false;
        try
        {
            return files.OpenExclusively(path, create);
        }
        catch (IOException e)
        {
            isHeld = e is not (FileNotFoundException or DirectoryNotFoundException) && e.InnerException is not UnauthorizedAccessException;
            return null;
        }
    }
}
