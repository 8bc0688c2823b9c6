using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Testing;

/// <content>Its files and folders, as the buffer uses them.</content>
internal sealed partial class MemoryDisk : IBufferFiles
{
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
            return Exists(path) && FileAt(path).Holders.Any(holder => holder.IsExclusive);
    }

    public IBufferFile Create(string path) => Do<IBufferFile>(DiskAct.Create, path, () =>
    {
        RefuseChange();
        var (folder, name) = Parent(path);
        if (folder.Entries.ContainsKey(name))
            throw new IOException("The file exists.");

        var node = new MemoryFileNode();
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
            folder.Entries[name] = new MemoryFileNode();

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
