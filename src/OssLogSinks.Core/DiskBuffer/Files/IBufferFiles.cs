namespace OssLogSinks.Core.DiskBuffer.Files;

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
    IReadOnlyList<string> StrangersIn(string folder);

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
