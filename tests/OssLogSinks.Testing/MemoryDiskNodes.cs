using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Testing;

/// <summary>A folder of a <see cref="MemoryDisk"/>: the names that it has, and those that it would have after a power cut.</summary>
internal sealed class MemoryFolderNode
{
    private Dictionary<string, object> _durable = new(StringComparer.Ordinal);

    public Dictionary<string, object> Entries { get; private set; } = new(StringComparer.Ordinal);

    public void Sync() => _durable = new(Entries, StringComparer.Ordinal);

    /// <summary>The same names and bytes, all of them synced.</summary>
    public MemoryFolderNode Copy()
    {
        var copy = new MemoryFolderNode();
        foreach (var (name, entry) in Entries)
            copy.Entries[name] = entry is MemoryFolderNode folder ? folder.Copy() : ((MemoryFileNode)entry).Copy();
        copy.Sync();
        return copy;
    }

    /// <summary>Forgets the names that were not synced; with a chance, each change on its own may have survived.</summary>
    public void CutPower(Func<double>? chance)
    {
        var left = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var name in _durable.Keys.Union(Entries.Keys).Order(StringComparer.Ordinal).ToList())
        {
            var before = _durable.GetValueOrDefault(name);
            var after = Entries.GetValueOrDefault(name);
            var kept = !ReferenceEquals(before, after) && chance?.Invoke() < 0.5 ? after : before;
            if (kept is not null)
                left[name] = kept;
        }

        Entries = left;
        Sync();
        foreach (var entry in left.Values)
        {
            if (entry is MemoryFolderNode folder)
                folder.CutPower(chance);
            else
                ((MemoryFileNode)entry).CutPower(chance);
        }
    }
}

/// <summary>
/// A file of a <see cref="MemoryDisk"/>: its bytes as everybody sees them, and as they stand on the medium; what differs is
/// known by page.
/// </summary>
internal sealed class MemoryFileNode(int pageSize)
{
    private readonly HashSet<long> _dirty = [];
    private byte[] _bytes = [];
    private byte[] _durable = [];
    private int _durableLength;

    public long Length { get; private set; }

    /// <summary>Those who have it open: for themselves alone, to write, or to read.</summary>
    public List<MemoryDiskFile> Holders { get; } = [];

    public byte[] ToArray() => _bytes.AsSpan(0, (int)Length).ToArray();

    public byte[] DurableToArray() => _durable.AsSpan(0, _durableLength).ToArray();

    public int Read(long offset, Span<byte> target)
    {
        var count = (int)Math.Clamp(Length - offset, 0, target.Length);
        if (count > 0)
            _bytes.AsSpan((int)offset, count).CopyTo(target);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
            return;
        if (offset + bytes.Length > Length)
            SetLength(offset + bytes.Length);

        bytes.CopyTo(_bytes.AsSpan((int)offset));
        MarkDirty(offset, offset + bytes.Length);
    }

    public void SetLength(long length)
    {
        if (length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Max(length, 2L * _bytes.Length));

        // What is cut off reads as zeros when the file grows again.
        if (length < Length)
        {
            _bytes.AsSpan((int)length, (int)(Length - length)).Clear();
            MarkDirty(length, Length);
        }

        Length = length;
    }

    /// <summary>The pages that a sync that begins now has to write, by number. From now on they count as clean.</summary>
    public IReadOnlyDictionary<long, byte[]> TakeDirtyPages()
    {
        var pages = _dirty.Where(page => page * pageSize < Length).ToDictionary(page => page, page => _bytes.AsSpan((int)(page * pageSize), (int)Math.Min(pageSize, Length - (page * pageSize))).ToArray());
        _dirty.Clear();
        return pages;
    }

    /// <summary>The sync has ended: these pages, and the file's length, are on the medium.</summary>
    public void MakeDurable(IReadOnlyDictionary<long, byte[]> pages)
    {
        SetDurableLength((int)Length);
        foreach (var (page, bytes) in pages)
        {
            var at = (int)(page * pageSize);
            bytes.AsSpan(0, Math.Clamp(_durableLength - at, 0, bytes.Length)).CopyTo(_durable.AsSpan(Math.Min(at, _durable.Length)));
        }
    }

    /// <summary>Goes back to what is on the medium; with a chance, some of the rest came there in time.</summary>
    public void CutPower(Func<double>? chance)
    {
        if (chance is not null && (_dirty.Count > 0 || Length != _durableLength))
        {
            var where = chance();
            var length = where < 0.3 ? _durableLength : where > 0.7 ? Length : _durableLength + (long)((Length - _durableLength) * chance());
            SetDurableLength((int)length);
            foreach (var page in _dirty.Order())
            {
                if (chance() < 0.5)
                    CopyPage(page);
            }
        }

        _bytes = DurableToArray();
        Length = _bytes.Length;
        _dirty.Clear();
    }

    /// <summary>Puts other bytes in its place, on the medium too: damage.</summary>
    public void Replace(byte[] bytes)
    {
        _bytes = [.. bytes];
        _durable = [.. bytes];
        _durableLength = bytes.Length;
        Length = bytes.Length;
        _dirty.Clear();
    }

    public MemoryFileNode Copy()
    {
        var copy = new MemoryFileNode(pageSize);
        copy.Replace(ToArray());
        return copy;
    }

    private void MarkDirty(long from, long to)
    {
        for (var page = from / pageSize; page * pageSize < to; page++)
            _dirty.Add(page);
    }

    // Grows in leaps, since files are synced after each small write.
    private void SetDurableLength(int length)
    {
        if (length > _durable.Length)
            Array.Resize(ref _durable, Math.Max(length, 2 * _durable.Length));
        else if (length < _durableLength)
            _durable.AsSpan(length, _durableLength - length).Clear();
        _durableLength = length;
    }

    private void CopyPage(long page)
    {
        var at = page * pageSize;
        var count = Math.Min(pageSize, Math.Min(_bytes.Length, _durableLength) - at);
        if (count > 0)
            Array.Copy(_bytes, at, _durable, at, count);
    }
}

/// <summary>A file of a <see cref="MemoryDisk"/> as somebody has it open. Dead, as its holder is, after a kill or a power cut.</summary>
internal sealed class MemoryDiskFile(MemoryDisk disk, MemoryFileNode node, string path, bool isExclusive, bool mayWrite) : IBufferFile
{
    private bool _isDead;

    public bool IsExclusive => isExclusive;

    public bool MayWrite => mayWrite;

    public long Length => disk.Do(DiskAct.Read, path, () => Alive().Length);

    public void Write(long offset, byte[] bytes, int start, int count) => disk.DoWrite(path, Writable, offset, bytes.AsMemory(start, count));

    public int Read(long offset, byte[] buffer, int start, int count) =>
        disk.Do(DiskAct.Read, path, () => Alive().Read(offset, buffer.AsSpan(start, count)));

    public void SetLength(long length) => disk.DoSetLength(path, Writable, length);

    public void Sync() => disk.DoSync(path, Alive);

    public void Dispose() => disk.Release(this);

    /// <summary>Makes it useless, and lets others have the file.</summary>
    public void Die()
    {
        _isDead = true;
        node.Holders.Remove(this);
    }

    private MemoryFileNode Alive() => _isDead ? throw new IOException("Whoever had this file open is dead.") : node;

    private MemoryFileNode Writable() => mayWrite ? Alive() : throw new IOException("The file is open to be read.");
}

/// <summary>What a disk can be asked to do, and may fail to.</summary>
public enum DiskAct
{
    CreateFolder,
    List,
    Create,
    Open,
    Read,
    Write,
    SetLength,
    Sync,
    Delete,
    DeleteFolder,
    Move,
    SyncFolder,
}
