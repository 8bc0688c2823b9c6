namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Writes blocks one behind the other into the segments of one folder. What it says is written can be read; a block whose
/// writing failed does not count, not even in part, and the writer can be used on. One thread at a time; the facts may be
/// read by any.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly ISpoolFiles _files;
    private readonly string _folder;
    private readonly SpoolSalt _salt;
    private readonly long _segmentSize;
    private readonly bool _syncs;

    // The present file; null if the next block begins one. The extent is what readers see of it.
    private ISpoolFile? _file;
    private SegmentExtent? _current;

    // From this id on, what earlier files hold does not count: what the next file is to say (MaxValue if all of it counts),
    // and what the present one says.
    private long _nextSays = long.MaxValue;
    private long _presentSays = long.MaxValue;
    // The first id of the last file that counts, before the present one; 0 if there is none.
    private long _previousFirstId;
    private long _lastId;
    private long _lastSyncedId;
    private long _totalBytes;

    // Files that were to be cut to a length, or deleted if that is none, and could not be yet.
    private readonly List<(string Path, long Length)> _leftOver = [];

    /// <param name="files">The disk.</param>
    /// <param name="folder">The folder, which exists and has no segment of this writer's ids or higher ones.</param>
    /// <param name="salt">The folder's salt.</param>
    /// <param name="segmentSize">The bytes after which a file is not written on; one block alone may be larger.</param>
    /// <param name="syncs">Whether anything is to be made durable: new names, and files that are left.</param>
    public SegmentWriter(ISpoolFiles files, string folder, SpoolSalt salt, long segmentSize, bool syncs)
    {
        _files = files;
        _folder = folder;
        _salt = salt;
        _segmentSize = segmentSize;
        _syncs = syncs;
    }

    /// <summary>The file that is being written; null if the next block begins one.</summary>
    public SegmentExtent? Current => Volatile.Read(ref _current);

    /// <summary>The last record that counts; 0 if there is none.</summary>
    public long LastId => Volatile.Read(ref _lastId);

    /// <summary>The last record that is known to be on the medium.</summary>
    public long LastSyncedId => Volatile.Read(ref _lastSyncedId);

    /// <summary>All bytes that count, in all files that this writer has made.</summary>
    public long TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>The bytes that a block of this length will take: its own, and the header's if it begins a file.</summary>
    public long CostOf(int blockLength) => blockLength + (BeginsFile(blockLength) ? SegmentHeader.Size : 0);

    /// <summary>Writes a block behind the others.</summary>
    /// <exception cref="IOException">
    /// The disk refused, and the block does not count. If what stood before it could not be made durable when its file had to be
    /// left, that does not either: <see cref="LastId"/> is lower than it was.
    /// </exception>
    public void Write(SpoolBlock block)
    {
        if (block.Count == 0)
            return;

        if (BeginsFile(block.Length))
        {
            EndFile();
            BeginFile(block.FirstId);
        }

        var extent = _current!;
        try
        {
            _file!.Write(extent.Written, block.Bytes, 0, block.Length);
        }
        catch (IOException)
        {
            if (extent.Written <= SegmentHeader.Size || !TryCut(extent.Written))
                LeaveAfterWriting(extent, block.FirstId);
            throw;
        }

        Volatile.Write(ref _totalBytes, _totalBytes + block.Length);
        Volatile.Write(ref _lastId, block.LastId);
        Volatile.Write(ref _current, extent with { Written = extent.Written + block.Length });
    }

    /// <summary>Makes everything durable that was written.</summary>
    /// <exception cref="IOException">
    /// It could not be. What was written since the last success may be gone without a further sign, so it does not count any more:
    /// records after <see cref="LastId"/> are to be written again.
    /// </exception>
    public void Sync()
    {
        if (_current is not { } extent || extent.Synced == extent.Written)
            return;

        try
        {
            _file!.Sync();
        }
        catch (IOException)
        {
            LeaveAfterSyncing(extent);
            throw;
        }

        Volatile.Write(ref _lastSyncedId, _lastId);
        Volatile.Write(ref _current, extent with { Synced = extent.Written });
    }

    /// <summary>Makes the present file durable as far as that is possible: whether it is or not, all of it counts.</summary>
    /// <exception cref="IOException">It could not be.</exception>
    public void SyncPresent() => _file?.Sync();

    /// <summary>Ends the present file; the next block begins another.</summary>
    /// <exception cref="IOException">As <see cref="Sync"/>.</exception>
    public void EndFile()
    {
        if (_syncs)
            Sync();

        _previousFirstId = _current?.FirstId ?? _previousFirstId;
        CloseFile();
    }

    /// <summary>Closes the file as it is, and tries for the last time to remove what does not count.</summary>
    public void Dispose()
    {
        CloseFile();
        ClearUp();
    }

    private bool BeginsFile(int blockLength) =>
        _current is not { } extent || (extent.Written > SegmentHeader.Size && extent.Written + blockLength > _segmentSize);

    private void BeginFile(long firstId)
    {
        ClearUp();
        var path = Path.Combine(_folder, SegmentHeader.NameOf(firstId));
        var file = _files.Create(path);
        try
        {
            var header = new SegmentHeader(SegmentHeader.CurrentVersion, _salt.Value, firstId, Math.Min(firstId, _nextSays), _previousFirstId, _lastId + 1);
            file.Write(0, header.ToBytes(), 0, SegmentHeader.Size);
            if (_syncs)
                _files.SyncFolder(_folder);
        }
        catch (IOException)
        {
            Close(file);
            _leftOver.Add((path, 0));
            ClearUp();
            throw;
        }

        _file = file;
        (_presentSays, _nextSays) = (_nextSays, long.MaxValue);
        Volatile.Write(ref _totalBytes, _totalBytes + SegmentHeader.Size);
        Volatile.Write(ref _current, new SegmentExtent(path, firstId, SegmentHeader.Size, Synced: 0));
    }

    private bool TryCut(long length)
    {
        try
        {
            _file!.SetLength(length);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // What stood before the block counts still, so it is made durable before another file is.
    private void LeaveAfterWriting(SegmentExtent extent, long endId)
    {
        try
        {
            if (_syncs && extent.Written > Math.Max(extent.Synced, SegmentHeader.Size))
                Sync();
            Leave(extent.Written, endId);
        }
        catch (IOException)
        {
            // Then less of it counts, and it is left already.
        }
    }

    private void LeaveAfterSyncing(SegmentExtent extent)
    {
        // Without syncing at each end of a file, those before this one are as they are.
        var end = Math.Max(_lastSyncedId + 1, extent.FirstId);
        Volatile.Write(ref _lastId, end - 1);
        Leave(extent.Synced, end);
    }

    // Gives the present file up, of which this much counts, and nothing from this id on.
    private void Leave(long length, long endId)
    {
        var extent = _current!;
        var isWorthless = length <= SegmentHeader.Size;
        CloseFile();

        // With a file that goes as a whole goes what it said about those before it.
        _nextSays = isWorthless ? Math.Min(endId, _presentSays) : endId;
        _previousFirstId = isWorthless ? _previousFirstId : extent.FirstId;
        length = isWorthless ? 0 : length;
        Volatile.Write(ref _totalBytes, _totalBytes - (extent.Written - length));
        _leftOver.Add((extent.Path, length));
        ClearUp();
    }

    private void ClearUp() => _leftOver.RemoveAll(file => TryClearUp(file.Path, file.Length));

    private bool TryClearUp(string path, long length)
    {
        try
        {
            if (length == 0)
            {
                _files.Delete(path);
                return true;
            }

            using var file = _files.Open(path);
            file.SetLength(length);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Its reader had all of it, and deleted it.
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void CloseFile()
    {
        if (_file is { } file)
            Close(file);

        _file = null;
        Volatile.Write(ref _current, null);
    }

    private static void Close(ISpoolFile file)
    {
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // There is nothing in a buffer that closing could lose.
        }
    }
}
