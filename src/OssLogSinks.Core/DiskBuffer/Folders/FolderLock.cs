using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The right to read, write and delete in one buffer folder. While it is held, no other process on this machine gets it, if
/// <see cref="Excludes"/> is true. The operating system releases it when the process ends.
/// </summary>
/// <remarks>
/// <para>
/// The lock is a file that no other handle may open. On Linux this is <c>flock</c>, which locks the file, not its name: if the lock file of a
/// running owner is deleted, another process can create and lock a new one. So the owner also keeps its journal open, and a process that takes a
/// lock checks that it can open the journal exclusively.
/// </para>
/// <para>
/// <c>DOTNET_SYSTEM_IO_DISABLEFILELOCKING</c> turns the runtime's locks off, and Mono applies them only within the process, so the disk locks the files
/// in the kernel as well. Some file systems have no locks at all. So the system itself is asked, without the runtime, whether it would refuse another
/// process: see <see cref="Excludes"/>.
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
    /// Whether the lock really excludes other processes. If not, its holder must leave alone all folders that it did not create: their owners may
    /// be running.
    /// </summary>
    public bool Excludes { get; }

    /// <summary>Takes the lock if it is free.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="folder">The folder; it is not created here.</param>
    /// <param name="create">Whether to create the lock file if there is none.</param>
    /// <returns>Null if another holder has it, or if there is nothing to take.</returns>
    /// <exception cref="IOException">It cannot be determined now whether the lock excludes others.</exception>
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

        // If the lock file was deleted in the meantime, its folder is being deleted. If the journal is held, its owner is still running.
        if (!files.Exists(path) || (excludes && IsJournalHeld(files, folder)))
        {
            file.Dispose();
            return null;
        }

        return new FolderLock(files, folder, file, excludes);
    }

    /// <summary>Deletes the lock file and the folder, which must hold nothing else.</summary>
    /// <remarks>
    /// The file is deleted while it is locked, so that no process finds a free lock in a folder that is being deleted. Windows cannot delete an
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

    /// <summary>
    /// Releases a lock that was taken only to look into the folder. While it was held, its file may have kept the folder's owner from deleting the
    /// folder. So if the folder holds nothing else, it is deleted here.
    /// </summary>
    /// <returns>Whether the folder was deleted.</returns>
    public bool EndLook()
    {
        var isEmpty = false;
        BufferFiles.Try(() => isEmpty = Excludes && _files.FilesIn(_folder).All(name => name == FileName));
        if (isEmpty)
            return ReleaseAndDelete();

        Dispose();
        return false;
    }

    /// <summary>Releases the lock and leaves the folder as it is, for the next process.</summary>
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

    // isHeld means that another handle has the file open: false if permissions are missing, if it is not a file, or if it does not exist.
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
