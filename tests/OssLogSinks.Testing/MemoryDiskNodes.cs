namespace OssLogSinks.Testing;

/// <summary>A folder of a <see cref="MemoryDisk"/>: the names that it has, and those that it would have after a power cut.</summary>
internal sealed class MemoryFolderNode
{
    private Dictionary<string, object> _durable = new(StringComparer.Ordinal);

    public Dictionary<string, object> Entries { get; private set; } = new(StringComparer.Ordinal);

    public void Sync() => _durable = new(Entries, StringComparer.Ordinal);

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
internal sealed class MemoryFileNode
{
    // Small, so that small tests tear their records too.
    private const int PageSize = 512;

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

    public void Sync()
    {
        SetDurableLength((int)Length);
        foreach (var page in _dirty)
            CopyPage(page);

        _dirty.Clear();
    }

    /// <summary>What a kernel does after a failed sync: it takes the pages for clean, and no later sync writes them.</summary>
    public void ForgetDirtyPages() => _dirty.Clear();

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

    private void MarkDirty(long from, long to)
    {
        for (var page = from / PageSize; page * PageSize < to; page++)
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
        var at = page * PageSize;
        var count = Math.Min(PageSize, Math.Min(_bytes.Length, _durableLength) - at);
        if (count > 0)
            Array.Copy(_bytes, at, _durable, at, count);
    }
}
