namespace OssLogSinks.Core.DiskBuffer.Files;

/// <summary>The real disk. Stateless; its files are unbuffered, so that what was written is in the operating system's hands.</summary>
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

    // On Unix only None becomes an exclusive flock; all other ways of sharing take the shared one.
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

    /// <summary>Whether the disk allows something, where it is enough to try.</summary>
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
            // A file that is too large is an argument out of range to .NET.
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

/// <summary>A real file, without any buffer of its own.</summary>
internal sealed class BufferFile : IBufferFile
{
    // A buffer of one byte is none, and unlike zero it is one that the .NET Framework takes.
    private const int Unbuffered = 1;

    private readonly FileStream _stream;
    private readonly string _path;

    public BufferFile(string path, FileMode mode, FileAccess access, FileShare share)
    {
        _path = path;
        _stream = new FileStream(path, mode, access, share, Unbuffered);
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

    // FileStream.Flush(true) returns on Unix although fsync has failed.
    public void Sync() => BufferFiles.Run(() =>
    {
        if (!UnixSystem.IsUnix || !UnixSystem.TrySync(_stream.SafeFileHandle.DangerousGetHandle(), _path))
            _stream.Flush(flushToDisk: true);
    });

    public void Dispose() => _stream.Dispose();
}

/// <summary>
/// The disk as the buffer sees it, so that tests can put in one that is full, breaks, or forgets what was not synced.
/// Whatever the disk refuses is an <see cref="IOException"/>, missing rights included.
/// </summary>
internal interface IBufferFiles
{
    /// <summary>Makes a folder that only this user may enter, and those above it; nothing if it exists.</summary>
    void CreateFolder(string path);

    /// <summary>The names, without path, of the files in a folder, in ordinal order: regular files of this user only.</summary>
    IReadOnlyList<string> FilesIn(string folder);

    /// <summary>The names, without path, of the folders in a folder, in ordinal order: real folders of this user only.</summary>
    IReadOnlyList<string> FoldersIn(string folder);

    /// <summary>The names of everything else in a folder: links, pipes, devices, and what belongs to another user.</summary>
    IReadOnlyList<string> ForeignEntriesIn(string folder);

    /// <summary>Whether there is a file of this name. Never throws.</summary>
    bool Exists(string path);

    /// <summary>The length of a file.</summary>
    long LengthOf(string path);

    /// <summary>Makes a file that must not exist, for this user alone, to read and write; others may read it.</summary>
    IBufferFile Create(string path);

    /// <summary>Opens a file that exists, to read and write; others may read it.</summary>
    IBufferFile Open(string path);

    /// <summary>Opens a file that exists, to read; others may do what they want.</summary>
    IBufferFile OpenToRead(string path);

    /// <summary>Opens a file for this holder alone, in this process or another; refused while anybody has it open.</summary>
    IBufferFile OpenExclusively(string path, bool create);

    /// <summary>Whether another process would be refused a file that is open exclusively here. False if that cannot be proved.</summary>
    bool ExcludesOthers(string path);

    /// <summary>Deletes a file; nothing if it does not exist.</summary>
    void Delete(string path);

    /// <summary>Deletes a folder, which must be empty.</summary>
    void DeleteFolder(string path);

    /// <summary>Renames a file; the new name must be free.</summary>
    void Move(string from, string to);

    /// <summary>
    /// Makes durable which names a folder holds: created, moved and deleted ones. Nothing where the system cannot do that for
    /// a folder.
    /// </summary>
    void SyncFolder(string path);
}

/// <summary>
/// An open file. One holder writes, others may read at the same time through handles of their own; a single handle is not
/// for two threads at once.
/// </summary>
internal interface IBufferFile : IDisposable
{
    /// <summary>Its length now.</summary>
    long Length { get; }

    /// <summary>Writes all the bytes, or throws; then any part of them may have been written.</summary>
    void Write(long offset, byte[] bytes, int start, int count);

    /// <summary>Reads at least one byte unless the offset is at the end or behind it; returns how many.</summary>
    int Read(long offset, byte[] buffer, int start, int count);

    /// <summary>Cuts or extends the file.</summary>
    void SetLength(long length);

    /// <summary>Makes durable what was written. After it has failed, nothing since the last success can be relied upon.</summary>
    void Sync();
}
