using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The state of one buffer folder, of this process or an orphaned one: its segments, journal and lock. A segment is deleted when all of its records
/// are settled, and not before the journal says so; a segment that is dropped to make space is deleted without that. Any thread may call any member.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="path">The folder.</param>
/// <param name="folderId">The id that marks its blocks.</param>
/// <param name="folderLock">Its lock, which is held; released with the folder.</param>
/// <param name="journal">Its journal; closed with the folder.</param>
/// <param name="tracker">Notified of this process's records; null for an orphaned folder.</param>
internal sealed class BufferFolder(IBufferFiles files, string path, FolderId folderId, FolderLock folderLock, BufferJournal journal, FlushTracker? tracker) : IDisposable
{
    // A source can be created again at any time; that only ends the batch that it fills.
    private const int MostSources = 10_000;

    private readonly object _gate = new();

    // Taken before _gate, and held while files are deleted. Deletions that failed are retried with the next one.
    private readonly object _deleting = new();
    private readonly HashSet<Segment> _toDelete = [];
    private bool _isClosed;

    // Guarded by _gate.
    private readonly SortedList<long, Segment> _segments = [];
    private readonly Dictionary<ulong, FolderSource> _sources = [];
    private Segment? _sourcesOf;
    private long _bytes;
    private bool _isFinished;

    public string Path { get; } = path;

    public string Name => System.IO.Path.GetFileName(Path);

    public FolderId FolderId { get; } = folderId;

    public BufferJournal Journal { get; } = journal;

    /// <summary>Whether the folder was removed while it was in use: nothing in it is safe.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>Whether it has files that can be neither read nor quarantined, so that its journal is still needed.</summary>
    public bool KeepsFiles { get; set; }

    /// <summary>
    /// Whether its journal has numbers of records that are nowhere else, for the next process to continue. Without locks no process would: then the
    /// folder is deleted all the same.
    /// </summary>
    public bool KeepsNumbers { get; set; }

    /// <summary>Whether the folder was deleted; known after <see cref="Dispose"/>.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Signalled when the records of a segment that were read are settled, and when a segment was deleted.</summary>
    public AsyncSignal Changed { get; } = new();

    /// <summary>Called when a file was deleted.</summary>
    public Action? Freed { get; init; }

    /// <summary>Bytes of its files.</summary>
    public long Bytes => Locked(() => IsRemoved ? 0 : _bytes + Journal.Bytes);

    public int SegmentCount => Locked(() => _segments.Count);

    /// <summary>The first id of the oldest segment; null if there is none.</summary>
    public long? OldestId => Locked(() => _segments.Count > 0 ? _segments.Keys[0] : (long?)null);

    /// <summary>Whether all records are settled and no more will come.</summary>
    public bool IsEmpty => Locked(() => _isFinished && _segments.Values.All(s => s.IsDone));

    /// <summary>Whether no memory buffer holds its records.</summary>
    public bool IsAtRest => Locked(() => _segments.Values.All(s => s.InMemory == 0));

    /// <summary>Records that are known and not settled.</summary>
    public long UnsettledRecords => Locked(() => IsRemoved ? 0 : _segments.Values.Sum(s => s.Unsettled));

    /// <summary>Its segments, in order.</summary>
    public Segment[] Segments() => Locked(() => _segments.Values.ToArray());

    public bool Has(long firstId) => Locked(() => _segments.ContainsKey(firstId));

    /// <summary>The source that tracks a stream's records in a segment.</summary>
    public FolderSource SourceOf(StreamName stream, Segment segment)
    {
        lock (_gate)
        {
            if (_sources.Count >= MostSources || segment != _sourcesOf)
                _sources.Clear();
            _sourcesOf = segment;
            if (!_sources.TryGetValue(stream.Hash, out var source))
                _sources.Add(stream.Hash, source = new FolderSource(this, stream.Hash) { Parts = [(segment, long.MaxValue)] });
            return source;
        }
    }

    /// <summary>Adds a new segment; the segments before it are complete.</summary>
    public void Begin(Segment segment)
    {
        EndSegments();
        lock (_gate)
        {
            _segments.Add(segment.FirstId, segment);
            _bytes += segment.Length;
        }

        Journal.SegmentOpened(segment.FirstId);
    }

    /// <summary>Makes a block readable that was written to a segment.</summary>
    public void Publish(Segment segment, long length, Block block)
    {
        lock (_gate)
        {
            _bytes += length - segment.Length;
            segment.Length = length;
            segment.OnDisk += block.Count;
            segment.End = block.LastId + 1;
        }
    }

    /// <summary>Marks all current segments as complete.</summary>
    public void EndSegments()
    {
        List<Segment> ended;
        lock (_gate)
        {
            ended = _segments.Values.Where(s => !s.IsFinal).ToList();
            ended.ForEach(segment => segment.IsFinal = true);
        }

        foreach (var segment in ended)
        {
            if (segment.End is { } end)
                Journal.SegmentEnded(segment.FirstId, end);
        }

        DeleteDone(ended);
    }

    /// <summary>Declares that no more segments will come.</summary>
    public void Finish()
    {
        lock (_gate)
            _isFinished = true;
        EndSegments();
    }

    /// <summary>Begins to read a segment, which is neither deleted nor dropped meanwhile; false if it was dropped before.</summary>
    public bool TryRead(Segment segment)
    {
        // Waits while the segment is being dropped, because that may fail.
        lock (_deleting)
            lock (_gate)
            {
                if (segment.IsDropped)
                    return false;

                segment.Readers++;
                return true;
            }
    }

    /// <summary>Ends what <see cref="TryRead"/> began.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="isWhole">Whether all of it was read.</param>
    public void EndReading(Segment segment, bool isWhole)
    {
        lock (_gate)
        {
            segment.Readers--;
            segment.IsUnread &= !isWhole;
        }

        DeleteDone([segment]);
    }

    public bool IsDropped(Segment segment)
    {
        lock (_deleting)
            return segment.IsDropped;
    }

    /// <summary>Changes the number of a segment's records on disk and in memory.</summary>
    public void Count(Segment segment, long onDisk, long inMemory)
    {
        lock (_gate)
        {
            segment.OnDisk += onDisk;
            segment.InMemory += inMemory;
        }
    }

    /// <summary>Drops records in a range of ids that cannot be read any more.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="firstId">The lowest id of the range.</param>
    /// <param name="lastId">The highest id of the range. Others in between may stay.</param>
    /// <param name="count">How many records in the range are dropped.</param>
    public void Lose(Segment segment, long firstId, long lastId, long count)
    {
        lock (_gate)
        {
            segment.OnDisk -= count;
            tracker?.GiveUp(firstId, lastId, count);
        }

        DeleteDone([segment]);
    }

    /// <summary>Drops the oldest complete segment that has no records in memory, if its file can be deleted.</summary>
    /// <returns>The segment and the number of dropped records; null if no space was freed.</returns>
    public (Segment Segment, long Records)? DropOldest()
    {
        lock (_deleting)
        {
            Segment? oldest;
            lock (_gate)
                oldest = _segments.Values.FirstOrDefault(s => s.IsDroppable);
            if (oldest is null || _isClosed)
                return null;

            // The journal does not say that it is done: after a crash, the next process reports the file as missing, even if this one has counted
            // its records already. A file that cannot be deleted frees no space, so its records are delivered.
            if (!BufferFiles.Try(() => files.Delete(oldest.Path)))
                return null;

            if (Journal.Syncs)
                BufferFiles.Try(() => files.SyncFolder(Path));
            var records = GiveUp(oldest);
            Remove(oldest);
            return (oldest, records);
        }
    }

    /// <summary>Drops records that were only on disk, if the folder was removed. No reader may be running.</summary>
    /// <returns>The number of dropped records.</returns>
    public long GiveUpRemoved() => IsRemoved ? Segments().Sum(GiveUp) : 0;

    /// <summary>Records of a stream are settled.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="parts">The segments that hold them, each with the last id in it.</param>
    /// <param name="ids">The records, ascending.</param>
    /// <param name="dropped">Whether they were dropped.</param>
    public void Settle(ulong stream, IReadOnlyList<(Segment Segment, long ThroughId)> parts, ReadOnlySpan<long> ids, bool dropped)
    {
        Journal.Settle(stream, ids[ids.Length - 1]);
        var isSettled = false;
        lock (_gate)
        {
            var from = 0;
            foreach (var (segment, throughId) in parts)
            {
                var to = ids.Length;
                while (to > from && ids[to - 1] > throughId)
                    to--;
                segment.InMemory -= to - from;
                from = to;
                isSettled |= segment.InMemory == 0;
            }

            // Under the lock, so that a segment is exposed with exactly the records that are settled later.
            tracker?.Settle(ids, dropped);
        }

        if (!isSettled)
            return;

        DeleteDone(parts.Select(part => part.Segment));
        Changed.Set();
    }

    /// <summary>Whether a record causes an append.</summary>
    public bool CausesAppend(long id) => tracker?.CausesAppend(id) ?? true;

    /// <summary>Unsettled records in these segments are no longer safe on disk.</summary>
    public void Expose(Func<Segment, bool> isExposed)
    {
        lock (_gate)
        {
            foreach (var segment in _segments.Values.Where(s => s.Unsettled > 0 && isExposed(s)))
                tracker?.Expose(segment.FirstId, (segment.End ?? segment.FirstId + 1) - 1, segment.Unsettled);
        }
    }

    /// <summary>Notes that another program removed the folder.</summary>
    public void NoteRemoval()
    {
        IsRemoved = true;
        Expose(_ => true);
    }

    /// <summary>Deletes the folder if nothing is left in it; otherwise leaves it to the next process.</summary>
    public void Dispose()
    {
        // A thread that settled the last record may not have deleted its segment yet.
        DeleteDone(Segments());
        lock (_deleting)
            _isClosed = true;
        bool hasFiles;
        lock (_gate)
            hasFiles = !_isFinished || _segments.Count > 0 || KeepsFiles || (KeepsNumbers && folderLock.Excludes);

        Journal.Dispose();
        IsGone = !hasFiles && BufferFiles.Try(() => Journal.Delete(files, Path)) && folderLock.ReleaseAndDelete();
        if (!IsGone)
            folderLock.Dispose();
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    private long GiveUp(Segment segment)
    {
        lock (_gate)
        {
            // The records on disk are the passed-over ones, and the last ones, which were not read yet.
            var records = segment.OnDisk;
            var passedOver = segment.PassedOver.Values.Sum(run => run.Count);
            var unread = (segment.End ?? segment.FirstId) - (records - passedOver);
            if (passedOver > 0)
                tracker?.GiveUp(segment.PassedOver.Values.Min(run => run.FirstId), unread - 1, passedOver);
            if (records > passedOver)
                tracker?.GiveUp(unread, unread + (records - passedOver) - 1, records - passedOver);
            segment.OnDisk = 0;
            segment.IsDropped = true;
            return records;
        }
    }

    // The reader of the last record and the thread that settles it may both find that a segment is done.
    private void DeleteDone(IEnumerable<Segment> segments)
    {
        List<Segment> done;
        lock (_gate)
            done = segments.Where(s => s.IsDone).ToList();
        if (done.Count == 0)
            return;

        lock (_deleting)
        {
            if (_isClosed)
                return;

            lock (_gate)
                _toDelete.UnionWith(done.Where(s => _segments.TryGetValue(s.FirstId, out var present) && present == s));
            foreach (var segment in _toDelete.Where(TryDelete).ToList())
            {
                _toDelete.Remove(segment);
                Remove(segment);
            }
        }
    }

    // The journal notes first that the segment is done: if its file still exists after a crash, it is not shipped again.
    private bool TryDelete(Segment segment) => BufferFiles.Try(() =>
    {
        Journal.SegmentDone(segment.FirstId);
        files.Delete(segment.Path);

        // Sync before the journal forgets the file: if its name reappeared after a power cut, it would be shipped again.
        if (Journal.Syncs)
            files.SyncFolder(Path);
    });

    private void Remove(Segment segment)
    {
        lock (_gate)
        {
            _segments.Remove(segment.FirstId);
            _bytes -= segment.Length;
        }

        Journal.SegmentRemoved(segment.FirstId);
        Changed.Set();
        Freed?.Invoke();
    }
}

/// <summary>Tracks one stream's records in one folder.</summary>
internal sealed class FolderSource(BufferFolder folder, ulong stream) : RecordSource
{
    /// <summary>The segments that hold them, in order, each with the last id in it.</summary>
    public List<(Segment Segment, long ThroughId)> Parts { get; init; } = [];

    public override bool IsDurable => !folder.IsRemoved;

    public override bool CausesAppend(long id) => folder.CausesAppend(id);

    public override void Settle(ReadOnlySpan<long> ids, bool dropped) => folder.Settle(stream, Parts, ids, dropped);

    public override void Intend(AppendIntent intent) => folder.Journal.Intend(stream, intent);
}
