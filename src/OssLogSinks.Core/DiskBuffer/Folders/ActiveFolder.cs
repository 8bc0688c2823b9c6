using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The folder that this process writes to. Published blocks can be read; with syncs, only durable blocks are published. After a write error,
/// nothing more is written to it: see <see cref="End"/> and <see cref="TryCutOff"/>. Used by the writer's thread only.
/// </summary>
internal sealed class ActiveFolder : IDisposable
{
    private const int LockAttempts = 10;

    private readonly IBufferFiles _files;
    private readonly DiskBufferSettings _settings;

    // Segments with unpublished blocks, and segments with published blocks that become durable only at a flush.
    private readonly HashSet<Segment> _unpublished = [];
    private readonly HashSet<Segment> _unsynced = [];

    // By stream: no record of it on disk has a higher id.
    private readonly Dictionary<ulong, long> _lastIds = [];
    private long _oldestId;

    // The file being written; null if the next block begins a new one.
    private IBufferFile? _file;
    private Segment? _segment;
    private long _length;
    private long _nextId;
    private bool _hasNewNames;
    private bool _hasSyncFailed;

    private ActiveFolder(IBufferFiles files, DiskBufferSettings settings, BufferFolder folder) => (_files, _settings, Folder) = (files, settings, folder);

    public BufferFolder Folder { get; }

    /// <summary>Bytes that are written but not published.</summary>
    public long UnpublishedBytes { get; private set; }

    /// <summary>Whether there are published blocks that become durable only at a flush.</summary>
    public bool HasUnsynced => _unsynced.Count > 0;

    /// <summary>Bytes that a new folder and its first block need, and the numbers of streams that the folder begins with.</summary>
    public static long CostOfFirst(Block? block, int numbers) =>
        BufferJournal.BytesFor(block?.Streams.Count ?? 0, segments: 1, numbers) + SegmentHeader.Size + (block?.Length ?? 0);

    /// <summary>Creates a folder.</summary>
    /// <exception cref="IOException">The disk refused; the folder is removed as far as the disk allows.</exception>
    public static ActiveFolder Open(IBufferFiles files, DiskBufferSettings settings, FolderName name, FlushTracker tracker, Action freed)
    {
        var path = Path.Combine(settings.Path, name.Text);
        var folderId = new FolderId(name.FolderId);
        var folderLock = TakeLock(files, path);
        BufferJournal? journal = null;
        try
        {
            // An earlier attempt may have left journals.
            BufferJournal.DeleteAll(files, path);
            journal = BufferJournal.Create(files, path, folderId, settings.Syncs);
            if (settings.Syncs)
                SyncNames(files, settings.Path);
            return new ActiveFolder(files, settings, new BufferFolder(files, path, folderId, folderLock, journal, tracker) { Freed = freed });
        }
        catch
        {
            journal?.Dispose();
            GiveUp(files, path, folderLock);
            throw;
        }
    }

    /// <summary>Deletes what failed attempts to create a folder left, if the disk allows it now.</summary>
    public static void ClearUp(IBufferFiles files, DiskBufferSettings settings, FolderName name)
    {
        var path = Path.Combine(settings.Path, name.Text);
        BufferFiles.Try(() =>
        {
            if (files.FoldersIn(settings.Path).Contains(name.Text) && FolderLock.TryTake(files, path, create: true) is { } folderLock)
                GiveUp(files, path, folderLock);
        });
    }

    /// <summary>Bytes that a block needs: its own, the header of a file that it begins, and the growth of the journal.</summary>
    public long CostOf(Block block)
    {
        var growth = Folder.Journal.GrowthFor(CountStreamsWith(block), Folder.SegmentCount + 2);
        return block.Length + (BeginsFile(block) ? SegmentHeader.Size : 0) + growth;
    }

    /// <summary>Writes a block for which there is space.</summary>
    /// <exception cref="IOException">The disk refused: nothing more may be written to this folder.</exception>
    public void Write(Part part)
    {
        var block = part.Block!;
        if (Folder.Journal.HasFailed)
            throw new IOException($"The journal of '{Folder.Path}' could not be written.");

        Folder.Journal.Reserve(CountStreamsWith(block), Folder.SegmentCount + 2);
        if (BeginsFile(block))
            BeginFile(block.FirstId);
        block.Seal(Folder.FolderId);
        _file!.Write(_length, block.Bytes, 0, block.Length);
        part.Place(Folder, _segment!, _length);
        _unpublished.Add(_segment!);
        _length += block.Length;
        UnpublishedBytes += block.Length;
        _nextId = block.LastId + 1;
        foreach (var stream in block.Streams)
            _lastIds[stream.Hash] = block.LastId;
        foreach (var (stream, mark) in block.Marks)
            Folder.Journal.Numbered(stream, mark);
    }

    /// <summary>Makes all written data durable.</summary>
    /// <exception cref="IOException">The disk refused, or the folder was removed: nothing more may be written to this folder.</exception>
    public void Sync()
    {
        // Set until everything has succeeded: after a failed sync, a later success proves nothing.
        _hasSyncFailed = true;
        _file?.Sync();
        foreach (var segment in _unsynced.Where(s => s != _segment))
        {
            try
            {
                using var file = _files.Open(segment.Path);
                file.Sync();
            }
            catch (FileNotFoundException)
            {
                // The file was deleted, because all its records are settled or were dropped.
            }
        }

        if (_hasNewNames || _unsynced.Count > 0)
        {
            _files.SyncFolder(Folder.Path);
            if (!_settings.Syncs)
                SyncNames(_files, _settings.Path);
        }

        _hasNewNames = _hasSyncFailed = false;
        ThrowIfRemoved();
        _unsynced.Clear();
    }

    /// <summary>Throws if the file was removed: the system accepts writes to it but does not keep them.</summary>
    /// <exception cref="IOException">The folder was removed: nothing in it is safe, and nothing more may be written to it.</exception>
    public void ThrowIfRemoved()
    {
        if (_file is null || _segment is null || _files.Exists(_segment.Path))
            return;

        Folder.NoteRemoval();
        throw new IOException($"The folder '{Folder.Path}' was removed while it was in use.");
    }

    /// <summary>Makes written blocks readable.</summary>
    /// <param name="written">All blocks that were written since the last call.</param>
    public void Publish(IReadOnlyList<Part> written)
    {
        foreach (var part in written)
        {
            var segment = part.Segment!;
            if (segment.Length == 0)
            {
                segment.Length = SegmentHeader.Size;
                Folder.Begin(segment);

                // The journal names the new file. Sync it, so that the loss of the file is noticed even after a power cut. If the sync fails, the
                // journal has failed, and the folder ends.
                if (_settings.Syncs)
                    BufferFiles.Try(Folder.Journal.Sync);
            }

            Folder.Publish(segment, part.EndOffset, part.Block!);
            if (!_settings.Syncs)
                _unsynced.Add(segment);
        }

        _unpublished.Clear();
        UnpublishedBytes = 0;
    }

    /// <summary>Ends the current file, so that it is deleted when all its records are settled.</summary>
    public void EndSegment()
    {
        if (_file is null || _unpublished.Count > 0)
            return;

        _file.Dispose();
        _file = null;
        Folder.EndSegments();
    }

    /// <summary>Ends writing to this folder. Published blocks are read and shipped.</summary>
    public void End()
    {
        if (_unsynced.Count > 0 && !_hasSyncFailed)
            BufferFiles.Try(Sync);
        _file?.Dispose();
        _file = null;

        // Data that a sync did not make durable cannot become durable later: the system may have discarded it.
        Folder.Expose(_unsynced.Contains);
        _unsynced.Clear();
        Folder.Finish();
    }

    /// <summary>Cuts off unpublished blocks, so that they can be written elsewhere and are not found here too after a crash.</summary>
    /// <returns>Whether that worked.</returns>
    public bool TryCutOff()
    {
        if (_segment is null || Folder.IsRemoved)
            return true;

        try
        {
            foreach (var segment in _unpublished.Append(_segment).Distinct())
            {
                if (segment.Length == 0)
                    _files.Delete(segment.Path);
                else
                    CutTo(segment.Path, segment.Length);
            }

            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => _file?.Dispose();

    private void CutTo(string path, long length)
    {
        if (_files.LengthOf(path) <= length)
            return;

        using var file = _files.Open(path);
        file.SetLength(length);

        // This may fail: after a crash of the process the file is still cut, and the journal also says where it ends.
        BufferFiles.Try(file.Sync);
    }

    // A file has ids without gaps: a gap between two blocks means damage.
    private bool BeginsFile(Block block) =>
        _file is null || block.FirstId != _nextId || (_length > SegmentHeader.Size && _length + block.Length > _settings.SegmentSize);

    private void BeginFile(long firstId)
    {
        if (_file is not null && _settings.Syncs && _unpublished.Count > 0)
            _file.Sync();
        _file?.Dispose();
        _file = null;

        _segment = new Segment(firstId, Path.Combine(Folder.Path, SegmentHeader.NameOf(firstId)));
        _file = _files.Create(_segment.Path);
        _hasNewNames = true;
        var header = new SegmentHeader(FileVersion.Current, Folder.FolderId.Value, firstId).ToBytes();
        _file.Write(0, header, 0, header.Length);
        _length = header.Length;
        UnpublishedBytes += header.Length;
    }

    private int CountStreamsWith(Block block)
    {
        // Only after a segment was deleted: its streams may be gone too.
        var oldest = Folder.OldestId ?? block.FirstId;
        if (oldest != _oldestId && _unpublished.Count == 0)
        {
            _oldestId = oldest;
            foreach (var stream in _lastIds.Where(last => last.Value < oldest).Select(last => last.Key).ToArray())
                _lastIds.Remove(stream);
        }

        return _lastIds.Count + block.Streams.Count(stream => !_lastIds.ContainsKey(stream.Hash));
    }

    // Another process may take a folder without files for an orphaned one, and delete it.
    private static FolderLock TakeLock(IBufferFiles files, string path)
    {
        for (var attempt = 0; attempt < LockAttempts; attempt++)
        {
            files.CreateFolder(path);
            if (FolderLock.TryTake(files, path, create: true) is { } taken)
                return taken;
        }

        throw new IOException($"The folder '{path}' cannot be locked.");
    }

    // Removes the folder as far as the disk allows.
    private static void GiveUp(IBufferFiles files, string path, FolderLock folderLock)
    {
        BufferFiles.Try(() => BufferJournal.DeleteAll(files, path));
        folderLock.ReleaseAndDelete();
    }

    // The parent folders may be new. Existing ones may refuse the sync, so failures are ignored.
    private static void SyncNames(IBufferFiles files, string path)
    {
        files.SyncFolder(path);
        var above = Path.GetDirectoryName(path);
        while (!string.IsNullOrEmpty(above) && BufferFiles.Try(() => files.SyncFolder(above)))
            above = Path.GetDirectoryName(above);
    }
}
