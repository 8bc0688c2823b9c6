namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The disk as the spool sees it, so that tests can put in one that is full, breaks, or forgets what was not synced.
/// Whatever the disk refuses is an <see cref="IOException"/>, missing rights included.
/// </summary>
internal interface ISpoolFiles
{
    /// <summary>Makes a folder, and those above it; nothing if it is there.</summary>
    void CreateFolder(string path);

    /// <summary>The names, without path, of the files in a folder, in ordinal order.</summary>
    IReadOnlyList<string> FilesIn(string folder);

    /// <summary>The names, without path, of the folders in a folder, in ordinal order.</summary>
    IReadOnlyList<string> FoldersIn(string folder);

    /// <summary>Makes a file that must not exist, to read and write; others may read it.</summary>
    ISpoolFile Create(string path);

    /// <summary>Opens a file that exists, to read and write; others may read it.</summary>
    ISpoolFile Open(string path);

    /// <summary>Opens a file that exists, to read; others may do what they want.</summary>
    ISpoolFile OpenToRead(string path);

    /// <summary>Opens a file for this holder alone, in this process or another; refused while anybody has it open.</summary>
    ISpoolFile OpenExclusively(string path, bool create);

    /// <summary>Deletes a file; nothing if it is not there.</summary>
    void Delete(string path);

    /// <summary>Deletes a folder, which must be empty.</summary>
    void DeleteFolder(string path);

    /// <summary>Renames a file; the new name must be free.</summary>
    void Move(string from, string to);

    /// <summary>
    /// Makes durable which names a folder holds: created, moved and deleted ones. Nothing where the system cannot say so for
    /// a folder.
    /// </summary>
    void SyncFolder(string path);
}

/// <summary>
/// An open file. One holder writes, others may read at the same time through handles of their own; a single handle is not
/// for two threads at once.
/// </summary>
internal interface ISpoolFile : IDisposable
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
