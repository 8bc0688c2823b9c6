using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Testing;

/// <summary>
/// A disk in memory that knows what was synced and what only was written, as strictly as a file system may: a new name is gone
/// after a power cut unless its folder was synced, and so is the folder unless the one above it was. It can be full, broken,
/// read-only, and lose power at a chosen act. A <see cref="ProcessDisk"/> is what one process sees of it. Safe for several threads.
/// </summary>
internal sealed class MemoryDisk : IBufferFiles
{
    private readonly object _gate = new();
    private readonly MemoryFolderNode _root;
    private readonly List<MemoryDiskFile> _open = [];
    private long? _cutAt;
    private Func<double>? _cutChance;
    private bool _isOff;

    public MemoryDisk()
        : this(new MemoryFolderNode())
    {
    }

    private MemoryDisk(MemoryFolderNode root) => _root = root;

    /// <summary>Bytes that all files may take; null for any number. A write that does not fit is done in part.</summary>
    public long? Capacity { get; set; }

    /// <summary>Bytes that reach the medium at once. Small, so that small files are torn too.</summary>
    public int PageSize { get; init; } = 512;

    /// <summary>How much of a write that fails still reaches the file. Default: half.</summary>
    public double FailedWriteShare { get; set; } = 0.5;

    /// <summary>Whether every change is refused.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Whether other processes are refused a locked file.</summary>
    public bool HasLocks { get; set; } = true;

    /// <summary>Whether a file that is open to be written can be neither deleted nor moved, as on Windows.</summary>
    public bool HoldsOpenFiles { get; set; }

    /// <summary>Which acts fail, by kind and path, with slashes and without a drive; null for none. A write that fails is done in half.</summary>
    public Func<DiskAct, string, bool>? Fails { get; set; }

    /// <summary>Runs in the middle of a sync, before anything is durable; what is written meanwhile is not part of it.</summary>
    public Action? DuringSync { get; set; }

    /// <summary>How many syncs of files there were so far.</summary>
    public int Syncs { get; private set; }

    /// <summary>How many acts there were so far.</summary>
    public long Acts { get; private set; }

    /// <summary>Bytes in all files.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
                return Used(_root);
        }
    }

    /// <summary>The next so many acts of a kind succeed, the one after them fails, and then all is well again.</summary>
    public void FailOnce(DiskAct kind, int after = 0)
    {
        var left = after;
        Fails = (act, _) => act == kind && left-- == 0;
    }

    /// <summary>From now on acts of these kinds fail; none for all is well again.</summary>
    public void Fail(params DiskAct[] kinds) => Fails = kinds.Length == 0 ? null : (act, _) => kinds.Contains(act);

    /// <summary>From now on no file can grow; false for all is well again.</summary>
    public void SetFull(bool isFull) => Capacity = isFull ? UsedBytes : null;

    /// <summary>
    /// Loses everything that was not synced, and starts again: all open files are dead, new ones can be opened. With a chance,
    /// any part of the unsynced names and pages may have survived.
    /// </summary>
    public void PowerCut(Func<double>? chance = null)
    {
        lock (_gate)
        {
            KillHolders();
            _root.CutPower(chance);
        }
    }

    /// <summary>The same at an act to come, after which every act fails until <see cref="Restart"/>.</summary>
    public void CutPowerAt(long act, Func<double>? chance = null)
    {
        lock (_gate)
            (_cutAt, _cutChance) = (act, chance);
    }

    /// <summary>Switches the power on again.</summary>
    public void Restart()
    {
        lock (_gate)
            (_isOff, _cutAt) = (false, null);
    }

    /// <summary>Whoever has files open dies; what was written stays.</summary>
    public void KillHolders()
    {
        lock (_gate)
        {
            _open.ForEach(file => file.Die());
            _open.Clear();
        }
    }

    /// <summary>A disk with the same files and folders, which nobody has open: what a process would find that began now.</summary>
    public MemoryDisk Copy()
    {
        lock (_gate)
            return new MemoryDisk(_root.Copy()) { PageSize = PageSize };
    }

    /// <summary>A file's bytes, as everybody sees them or as they stand on the medium.</summary>
    public byte[] Bytes(string path, bool onMedium = false)
    {
        lock (_gate)
            return onMedium ? FileAt(path).DurableToArray() : FileAt(path).ToArray();
    }

    /// <summary>Damages a file, or makes one, on the medium too.</summary>
    public void Put(string path, byte[] bytes)
    {
        lock (_gate)
        {
            var (folder, name) = Parent(path);
            if (!folder.Entries.TryGetValue(name, out var entry))
            {
                folder.Entries[name] = entry = new MemoryFileNode(PageSize);
                folder.Sync();
            }

            ((MemoryFileNode)entry).Replace(bytes);
        }
    }

    /// <summary>Damages a file while others may have it open, on the medium too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="damage">What becomes of its bytes; null to remove the file.</param>
    /// <returns>The bytes before; null if there is no such file any more.</returns>
    public byte[]? Damage(string path, Func<byte[], byte[]?> damage)
    {
        lock (_gate)
        {
            if (!Exists(path))
                return null;

            var node = FileAt(path);
            var before = node.ToArray();
            if (damage(before.ToArray()) is { } after)
            {
                node.Replace(after);
                return before;
            }

            var (folder, name) = Parent(path);
            folder.Entries.Remove(name);
            folder.Sync();
            return before;
        }
    }

    internal T Do<T>(DiskAct act, string path, Func<T> what)
    {
        lock (_gate)
        {
            if (Begin(act, path))
                throw new IOException($"{act} fails, as it is to.");

            return what();
        }
    }

    internal void DoWrite(string path, Func<MemoryFileNode> file, long offset, ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            var fails = Begin(DiskAct.Write, path);
            RefuseChange();
            var node = file();
            var space = Capacity is { } capacity ? Math.Max(0, capacity - Used(_root) + node.Length - offset) : long.MaxValue;
            var fitting = (int)Math.Min(fails ? (int)(bytes.Length * FailedWriteShare) : bytes.Length, space);
            node.Write(offset, bytes.Span[..fitting]);
            if (fitting < bytes.Length || fails)
                throw new IOException(fails ? "Write fails, as it is to." : "No space left on device.");
        }
    }

    internal void DoSetLength(string path, Func<MemoryFileNode> file, long length) => Change(DiskAct.SetLength, path, () =>
    {
        var node = file();
        if (Capacity is { } capacity && length > node.Length && Used(_root) + length - node.Length > capacity)
            throw new IOException("No space left on device.");

        node.SetLength(length);
    });

    internal void DoSync(string path, Func<MemoryFileNode> file)
    {
        IReadOnlyDictionary<long, byte[]> pages;
        lock (_gate)
        {
            Enter();
            Syncs++;
            pages = file().TakeDirtyPages();
        }

        DuringSync?.Invoke();
        lock (_gate)
        {
            // A kernel takes the pages of a failed sync for clean, and no later sync writes them.
            if (Fails?.Invoke(DiskAct.Sync, Plain(path)) == true)
                throw new IOException("Sync fails, as it is to.");

            file().MakeDurable(pages);
        }
    }

    internal void Release(MemoryDiskFile file)
    {
        lock (_gate)
        {
            file.Die();
            _open.Remove(file);
        }
    }

    private void Change(DiskAct act, string path, Action what) => Do(act, path, () =>
    {
        RefuseChange();
        what();
        return true;
    });

    // Whether the act is to fail.
    private bool Begin(DiskAct act, string path)
    {
        Enter();
        return Fails?.Invoke(act, Plain(path)) == true;
    }

    private void Enter()
    {
        Acts++;
        if (_cutAt is { } cutAt && Acts >= cutAt && !_isOff)
        {
            _isOff = true;
            PowerCut(_cutChance);
        }

        if (_isOff)
            throw new IOException("The power is off.");
    }

    private void RefuseChange()
    {
        if (IsReadOnly)
            throw new IOException("The disk is read-only.");
    }

    public void CreateFolder(string path) => Change(DiskAct.CreateFolder, path, () =>
    {
        var folder = _root;
        foreach (var name in Names(path))
        {
            if (!folder.Entries.TryGetValue(name, out var entry))
                folder.Entries[name] = entry = new MemoryFolderNode();

            folder = entry as MemoryFolderNode ?? throw new IOException("A file has that name.");
        }
    });

    public IReadOnlyList<string> FilesIn(string folder) => List<MemoryFileNode>(folder);

    public IReadOnlyList<string> FoldersIn(string folder) => List<MemoryFolderNode>(folder);

    /// <summary>Names that are links, pipes or another user's.</summary>
    public HashSet<string> ForeignEntries { get; } = [];

    public IReadOnlyList<string> ForeignEntriesIn(string folder) => Do<string[]>(DiskAct.List, folder, () =>
        [.. ForeignEntries.Where(path => path[..path.LastIndexOf('/')] == Plain(folder)).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)]);

    public bool Exists(string path)
    {
        lock (_gate)
        {
            var names = Names(path);
            var folder = _root;
            foreach (var name in names[..^1])
            {
                if (folder.Entries.GetValueOrDefault(name) is not MemoryFolderNode inner)
                    return false;
                folder = inner;
            }

            return folder.Entries.GetValueOrDefault(names[^1]) is MemoryFileNode;
        }
    }

    public long LengthOf(string path) => Do(DiskAct.List, path, () => FileAt(path).Length);

    public bool ExcludesOthers(string path)
    {
        lock (_gate)
            return HasLocks && Exists(path) && FileAt(path).Holders.Any(holder => holder.IsExclusive);
    }

    public IBufferFile Create(string path) => Do<IBufferFile>(DiskAct.Create, path, () =>
    {
        RefuseChange();
        var (folder, name) = Parent(path);
        if (folder.Entries.ContainsKey(name))
            throw new IOException("The file exists.");

        var node = new MemoryFileNode(PageSize);
        folder.Entries[name] = node;
        return Hold(node, path, isExclusive: false, mayWrite: true);
    });

    public IBufferFile Open(string path) => Do<IBufferFile>(DiskAct.Open, path, () =>
    {
        RefuseChange();
        return Hold(FileAt(path), path, isExclusive: false, mayWrite: true);
    });

    public IBufferFile OpenToRead(string path) =>
        Do<IBufferFile>(DiskAct.Open, path, () => Hold(FileAt(path), path, isExclusive: false, mayWrite: false));

    public IBufferFile OpenExclusively(string path, bool create) => Do<IBufferFile>(DiskAct.Open, path, () =>
    {
        RefuseChange();
        var (folder, name) = Parent(path);
        if (create && !folder.Entries.ContainsKey(name))
            folder.Entries[name] = new MemoryFileNode(PageSize);

        return Hold(FileAt(path), path, isExclusive: true, mayWrite: true);
    });

    public void Delete(string path) => Change(DiskAct.Delete, path, () =>
    {
        var (folder, name) = Parent(path);
        if (!folder.Entries.TryGetValue(name, out var entry))
            return;

        RefuseHeld(entry as MemoryFileNode ?? throw new IOException("It is a folder."));
        folder.Entries.Remove(name);
    });

    public void DeleteFolder(string path) => Change(DiskAct.DeleteFolder, path, () =>
    {
        if (FolderAt(path).Entries.Count > 0)
            throw new IOException("The folder is not empty.");

        var (folder, name) = Parent(path);
        folder.Entries.Remove(name);
    });

    public void Move(string from, string to) => Change(DiskAct.Move, from, () =>
    {
        var node = FileAt(from);
        var (source, sourceName) = Parent(from);
        var (target, targetName) = Parent(to);
        if (target.Entries.ContainsKey(targetName))
            throw new IOException("The name is taken.");

        RefuseHeld(node);
        source.Entries.Remove(sourceName);
        target.Entries[targetName] = node;
    });

    public void SyncFolder(string path) => Do(DiskAct.SyncFolder, path, () =>
    {
        FolderAt(path).Sync();
        return true;
    });

    private void RefuseHeld(MemoryFileNode node)
    {
        if (HoldsOpenFiles && node.Holders.Any(holder => holder.MayWrite))
            throw new IOException("Somebody has the file open.");
    }

    private MemoryDiskFile Hold(MemoryFileNode node, string path, bool isExclusive, bool mayWrite)
    {
        if (node.Holders.Any(other => other.IsExclusive || isExclusive || (other.MayWrite && mayWrite)))
            throw new IOException("Somebody has the file open.");

        var file = new MemoryDiskFile(this, node, path, isExclusive, mayWrite);
        node.Holders.Add(file);
        _open.Add(file);
        return file;
    }

    private string[] List<T>(string folder) => Do<string[]>(DiskAct.List, folder, () =>
        [.. FolderAt(folder).Entries.Where(entry => entry.Value is T && !ForeignEntries.Contains(Plain(folder).TrimEnd('/') + "/" + entry.Key)).Select(entry => entry.Key).Order(StringComparer.Ordinal)]);

    private MemoryFolderNode FolderAt(string path) => Folder(Names(path), path);

    private MemoryFileNode FileAt(string path)
    {
        var (folder, name) = Parent(path);
        return folder.Entries.GetValueOrDefault(name) as MemoryFileNode ?? throw new FileNotFoundException("There is no such file.", path);
    }

    private (MemoryFolderNode Folder, string Name) Parent(string path)
    {
        var names = Names(path);
        return (Folder(names[..^1], path), names[^1]);
    }

    private MemoryFolderNode Folder(string[] names, string path)
    {
        var folder = _root;
        foreach (var name in names)
            folder = folder.Entries.GetValueOrDefault(name) as MemoryFolderNode ?? throw new DirectoryNotFoundException($"There is no folder for {path}.");

        return folder;
    }

    private static string[] Names(string path) => Plain(path).Split('/', StringSplitOptions.RemoveEmptyEntries);

    // On Windows the product makes C:\buffer of /buffer. Tests see one form on every system.
    private static string Plain(string path)
    {
        var plain = path.Replace('\\', '/');
        return plain is [_, ':', ..] ? plain[2..] : plain;
    }

    private static long Used(MemoryFolderNode folder) =>
        folder.Entries.Values.Sum(entry => entry is MemoryFolderNode inner ? Used(inner) : ((MemoryFileNode)entry).Length);
}
