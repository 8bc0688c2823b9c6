namespace OssLogSinks.Reliability.Corruption;

/// <summary>The files of one dead process's folder, read into memory, to be damaged and written back.</summary>
internal sealed class StoredFolder
{
    private readonly string _path;

    private StoredFolder(string path)
    {
        _path = path;
        Places = new SortedDictionary<string, StoredFile>(
            Directory.GetFiles(path).ToDictionary(f => Path.GetFileName(f), f => new StoredFile(Path.GetFileName(f), File.ReadAllBytes(f))),
            StringComparer.Ordinal);
        Files = [.. Places.Values];
    }

    /// <summary>What now stands under which name.</summary>
    public SortedDictionary<string, StoredFile> Places { get; }

    /// <summary>Every file as it was found, segments in the order in which they were written.</summary>
    public IReadOnlyList<StoredFile> Files { get; }

    public IEnumerable<string> SegmentNames => Places.Where(p => p.Value.IsSegment && Files.Any(f => f.Name == p.Key)).Select(p => p.Key);

    public static StoredFolder Read(string path) => new(path);

    public void WriteBack()
    {
        foreach (var file in Directory.GetFiles(_path).Where(f => !Places.ContainsKey(Path.GetFileName(f))))
            File.Delete(file);
        foreach (var (name, content) in Places)
            File.WriteAllBytes(Path.Combine(_path, name), content.Bytes.AsSpan(0, content.Length));
    }
}
