namespace OssLogSinks.Core.DiskBuffer.Files;

/// <summary>The real disk. Stateless. Its files are unbuffered, so that a completed write has reached the operating system.</summary>
internal sealed class BufferFiles : IBufferFiles
{
    public static BufferFiles Instance { get; } = new();

    public void CreateFolder(string path) => Run(() =>
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            CreateFolder(parent);
        if (!UnixSystem.IsUnix || !UnixSystem.TryCreateFolder(path))
            Directory.CreateDirectory(path);
    });

    public IReadOnlyList<string> FilesIn(string folder) => NamesIn(folder, EntryKind.File);

    public IReadOnlyList<string> FoldersIn(string folder) => NamesIn(folder, EntryKind.Folder);

    public IReadOnlyList<string> ForeignEntriesIn(string folder) => NamesIn(folder, EntryKind.Foreign);

    public bool Exists(string path) => File.Exists(path);

    public long LengthOf(string path) => Run(() => new FileInfo(path).Length);

    public IBufferFile Create(string path) => Open(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);

    public IBufferFile Open(string path) => Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);

    public IBufferFile OpenToRead(string path) => Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    // On Unix, only FileShare.None becomes an exclusive flock; all other values take a shared one.
    public IBufferFile OpenExclusively(string path, bool create) =>
        Open(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    public bool ExcludesOthers(string path)
    {
        if (UnixSystem.IsUnix)
            return UnixSystem.IsLocked(path);

        try
        {
            OpenExclusively(path, create: false).Dispose();
            return false;
        }
        catch (IOException e)
        {
            return e is not (FileNotFoundException or DirectoryNotFoundException);
        }
    }

    public void Delete(string path) => Run(() => File.Delete(path));

    public void DeleteFolder(string path) => Run(() => Directory.Delete(path, recursive: false));

    public void Move(string from, string to) => Run(() => File.Move(from, to));

    public void SyncFolder(string path)
    {
        if (UnixSystem.IsUnix)
            UnixSystem.SyncFolder(path);
    }

    /// <summary>Runs a disk operation that may fail; false if the disk refused.</summary>
    public static bool Try(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal static void Run(Action act) => Run(() =>
    {
        act();
        return true;
    });

    internal static T Run<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or NotSupportedException or ArgumentException or System.Security.SecurityException)
        {
            // .NET reports a file that is too large as an argument out of range.
            throw new IOException(e.Message, e);
        }
    }

    private static BufferFile Open(string path, FileMode mode, FileAccess access, FileShare share) => Run(() =>
    {
        var isNew = mode is FileMode.CreateNew or FileMode.OpenOrCreate && !File.Exists(path);
        var file = new BufferFile(path, mode, access, share);
        if (isNew && UnixSystem.IsUnix)
            UnixSystem.MakePrivate(path);
        return file;
    });

    private static string[] NamesIn(string folder, EntryKind kind) => Run(() =>
    {
        var names = Directory.EnumerateFileSystemEntries(folder).Where(path => KindOf(path) == kind).Select(path => Path.GetFileName(path)).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    });

    private static EntryKind KindOf(string path) => UnixSystem.IsUnix ? UnixSystem.KindOf(path) : UnixSystem.KindByAttributes(path);
}

/// <summary>A real file, without a buffer of its own.</summary>
internal sealed class BufferFile : IBufferFile
{
    // A size of one byte disables the buffer; unlike zero, the .NET Framework accepts it.
    private const int Unbuffered = 1;

    private readonly FileStream _stream;
    private readonly string _path;

    public BufferFile(string path, FileMode mode, FileAccess access, FileShare share)
    {
        _path = path;
        _stream = new FileStream(path, mode, access, share, Unbuffered);
        if (!UnixSystem.IsUnix || access == FileAccess.Read || UnixSystem.TryLock(_stream.SafeFileHandle.DangerousGetHandle(), share == FileShare.None))
            return;

        _stream.Dispose();
        throw new IOException($"'{path}' is in use by another process.");
    }

    public long Length => BufferFiles.Run(() => _stream.Length);

    public void Write(long offset, byte[] bytes, int start, int count) => BufferFiles.Run(() =>
    {
        _stream.Position = offset;
        _stream.Write(bytes, start, count);
    });

    public int Read(long offset, byte[] buffer, int start, int count) => BufferFiles.Run(() =>
    {
        _stream.Position = offset;
        return _stream.Read(buffer, start, count);
    });

    public void SetLength(long length) => BufferFiles.Run(() => _stream.SetLength(length));

    // On Unix, FileStream.Flush(true) returns even if fsync failed.
    public void Sync() => BufferFiles.Run(() =>
    {
        if (!UnixSystem.IsUnix || !UnixSystem.TrySync(_stream.SafeFileHandle.DangerousGetHandle(), _path))
            _stream.Flush(flushToDisk: true);
    });

    public void Dispose() => _stream.Dispose();
}

/// <summary>
/// The disk as the buffer uses it; tests replace it with one that is full, fails, or loses what was not synced. Every refusal of the disk is an
/// <see cref="IOException"/>, missing permissions included. What is said about users below holds on Unix; on Windows, files have the permissions
/// of their parent folder, and owners are not checked.
/// </summary>
internal interface IBufferFiles
{
    /// <summary>Creates a folder that only this user may enter, and its missing parents; does nothing if it exists.</summary>
    void CreateFolder(string path);

    /// <summary>The names, without path, of the files in a folder, in ordinal order: regular files of this user only.</summary>
    IReadOnlyList<string> FilesIn(string folder);

    /// <summary>The names, without path, of the folders in a folder, in ordinal order: real folders of this user only.</summary>
    IReadOnlyList<string> FoldersIn(string folder);

    /// <summary>The names of everything else in a folder: links, pipes, devices, and what belongs to another user.</summary>
    IReadOnlyList<string> ForeignEntriesIn(string folder);

    /// <summary>Whether there is a file of this name. Never throws.</summary>
    bool Exists(string path);

    long LengthOf(string path);

    /// <summary>Creates a file that must not exist, readable and writable by this user only; other handles may read it.</summary>
    IBufferFile Create(string path);

    /// <summary>Opens an existing file to read and write; other handles may read it.</summary>
    IBufferFile Open(string path);

    /// <summary>Opens an existing file to read; other handles may read, write or delete it.</summary>
    IBufferFile OpenToRead(string path);

    /// <summary>Opens a file for this holder alone, in this process or another; refused while any other handle is open.</summary>
    IBufferFile OpenExclusively(string path, bool create);

    /// <summary>Whether another process is refused a file that is open exclusively here. False if that cannot be proved.</summary>
    bool ExcludesOthers(string path);

    /// <summary>Deletes a file; does nothing if it does not exist.</summary>
    void Delete(string path);

    /// <summary>Deletes an empty folder.</summary>
    void DeleteFolder(string path);

    /// <summary>Renames a file; the new name must be free.</summary>
    void Move(string from, string to);

    /// <summary>
    /// Makes the names in a folder durable: created, moved and deleted ones. Does nothing where the system cannot do that for a folder.
    /// </summary>
    void SyncFolder(string path);
}

/// <summary>
/// An open file. One holder writes; others may read at the same time through their own handles. Two threads must not use one handle at once.
/// </summary>
internal interface IBufferFile : IDisposable
{
    long Length { get; }

    /// <summary>Writes all bytes or throws; after an exception, any part of them may have been written.</summary>
    void Write(long offset, byte[] bytes, int start, int count);

    /// <summary>Reads at least one byte, unless the offset is at the end or behind it; returns the number of bytes.</summary>
    int Read(long offset, byte[] buffer, int start, int count);

    /// <summary>Truncates or extends the file.</summary>
    void SetLength(long length);

    /// <summary>Makes written data durable. After a failure, nothing written since the last success is certain.</summary>
    void Sync();
}
