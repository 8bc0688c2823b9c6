using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The account of one folder: which segments there are, which of their records are not settled, and the journal. A segment is
/// deleted when all of its records are settled, and not before the journal says so. Any thread may call any member.
/// </summary>
internal sealed class BufferFolder : IDisposable
{
    // A stream's source may be made again at any time; its batch is only ended sooner then.
    private const int MostSources = 10_000;

    private readonly object _gate = new();
    private readonly IBufferFiles _files;
    private readonly FolderLock _lock;
    private readonly BufferJournal _journal;
    private readonly FlushTracker? _tracker;

    // Taken before _gate. Segments whose files could not be deleted yet are tried again with the next.
    private readonly object _deleting = new();
    private readonly HashSet<Segment> _toDelete = [];
    private bool _isClosed;

    // Guarded by _gate.
    private readonly SortedList<long, Segment> _segments = [];
    private readonly Dictionary<ulong, FolderSource> _sources = [];
    private Segment? _sourcesOf;
    private long _bytes;
    private bool _isFinished;

    /// <param name="files">The disk.</param>
    /// <param name="path">The folder; its lock is held.</param>
    /// <param name="folderId">What its blocks are marked with.</param>
    /// <param name="folderLock">Its lock; released with the folder.</param>
    /// <param name="journal">Its journal; closed with the folder.</param>
    /// <param name="tracker">Who waits for records of this process; null for another's folder.</param>
    public BufferFolder(IBufferFiles files, string path, FolderId folderId, FolderLock folderLock, BufferJournal journal, FlushTracker? tracker)
    {
        _files = files;
        Path = path;
        FolderId = folderId;
        _lock = folderLock;
        _journal = journal;
        _tracker = tracker;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public FolderId FolderId { get; }

    public BufferJournal Journal => _journal;

    /// <summary>Whether it was removed by somebody else while it was in use: nothing in it is safe.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>Whether segments are left in it that can be neither read nor put aside: its journal still has to say what is settled.</summary>
    public bool KeepsFiles { get; set; }

    /// <summary>Whether nothing is left of it; known once it is disposed of.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Set when there is more to read, when a segment was deleted, and at the end.</summary>
    public AsyncSignal Changed { get; } = new();

    /// <summary>Called when space has been freed.</summary>
    public Action? Freed { get; init; }

    /// <summary>Bytes of its files.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return IsRemoved ? 0 : _bytes + _journal.Bytes;
        }
    }

    public int SegmentCount
    {
        get
        {
            lock (_gate)
                return _segments.Count;
        }
    }

    /// <summary>The first id of the oldest segment; null if there is none.</summary>
    public long? OldestId
    {
        get
        {
            lock (_gate)
                return _segments.Count > 0 ? _segments.Keys[0] : null;
        }
    }

    /// <summary>Whether all records are settled, and none will come.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _isFinished && _segments.Values.All(s => s.IsDone);
        }
    }

    /// <summary>Records that are not settled, as far as they are known.</summary>
    public long UnsettledRecords
    {
        get
        {
            lock (_gate)
                return _segments.Values.Sum(s => s.Unsettled);
        }
    }

    /// <summary>The segments there are, in order.</summary>
    public IReadOnlyList<Segment> Segments()
    {
        lock (_gate)
            return _segments.Values.ToArray();
    }

    /// <summary>Who keeps account of a stream's records in a segment.</summary>
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

    /// <summary>A segment was begun; those before it are complete.</summary>
    public void Begin(Segment segment)
    {
        EndSegments();
        lock (_gate)
        {
            _segments.Add(segment.FirstId, segment);
            _bytes += segment.Length;
        }

        _journal.SegmentOpened(segment.FirstId);
        Changed.Set();
    }

    /// <summary>A block of a segment may be read.</summary>
    public void Publish(Segment segment, long length, Block block)
    {
        lock (_gate)
        {
            _bytes += length - segment.Length;
            segment.Length = length;
            segment.Count += block.Count;
            segment.End = block.LastId + 1;
        }

        Changed.Set();
    }

    /// <summary>The segments there are are complete.</summary>
    public void EndSegments()
    {
        List<Segment> ended;
        lock (_gate)
        {
            ended = _segments.Values.Where(s => !s.IsFinal).ToList();
            foreach (var segment in ended)
                segment.IsFinal = true;
        }

        foreach (var segment in ended)
        {
            if (segment.End is { } end)
                _journal.SegmentEnded(segment.FirstId, end);
        }

        Changed.Set();
    }

    /// <summary>No more segments will come.</summary>
    public void Finish()
    {
        lock (_gate)
            _isFinished = true;
        EndSegments();
    }

    /// <summary>Begins to read a segment, which is not dropped meanwhile; false if it was dropped before.</summary>
    public bool Take(Segment segment)
    {
        // Not while it is being dropped: that may fail.
        lock (_deleting)
            lock (_gate)
            {
                if (segment.IsDropped)
                    return false;

                segment.Takers++;
                return true;
            }
    }

    /// <summary>Ends what <see cref="Take"/> began.</summary>
    public void EndTaking(Segment segment)
    {
        lock (_gate)
            segment.Takers--;
    }

    public bool IsDropped(Segment segment)
    {
        lock (_deleting)
            return segment.IsDropped;
    }

    /// <summary>How much of a segment may be read, the id behind the last record there, and whether that is all there will be.</summary>
    public (long Length, long? End, bool IsFinal) Extent(Segment segment)
    {
        lock (_gate)
            return (segment.Length, segment.End, segment.IsFinal);
    }

    /// <summary>Records of a segment were read, of which some are to be waited for.</summary>
    public void Read(Segment segment, int read, int waiting)
    {
        lock (_gate)
        {
            segment.ReadCount += read;
            segment.Waiting += waiting;
        }
    }

    /// <summary>Records of this process cannot be read any more: they are given up.</summary>
    public void Lose(Segment segment, long firstId, long count)
    {
        lock (_gate)
        {
            segment.Count -= count;
            _tracker?.GiveUp(firstId, firstId + count - 1, count);
        }
    }

    /// <summary>Records that were passed over cannot be read once more: they are given up.</summary>
    public void LosePassedOver(Segment segment, PassedOverStretch stretch, long count)
    {
        bool isDone;
        lock (_gate)
        {
            segment.Waiting -= count;
            _tracker?.GiveUp(stretch.FirstId, stretch.LastId, count);
            isDone = segment.IsDone;
        }

        if (isDone)
            Delete([segment]);
        Changed.Set();
    }

    /// <summary>All of a segment was read.</summary>
    public void EndReading(Segment segment)
    {
        bool isDone;
        lock (_gate)
        {
            segment.IsRead = true;
            segment.Count = segment.ReadCount;
            isDone = segment.IsDone;
        }

        if (isDone)
            Delete([segment]);
        Changed.Set();
    }

    /// <summary>Gives up the oldest complete segment of which nothing is on its way, if its file can be deleted.</summary>
    /// <returns>How many records were given up; null if no space was freed.</returns>
    public (Segment Segment, long Records)? DropOldest()
    {
        lock (_deleting)
        {
            Segment? oldest;
            lock (_gate)
                oldest = _segments.Values.FirstOrDefault(s => s.IsDroppable);
            if (oldest is null || _isClosed)
                return null;

            if (!TryDelete(oldest))
            {
                // What cannot be deleted frees nothing, and is shipped all the same: it begins once more.
                _journal.SegmentRemoved(oldest.FirstId);
                _journal.SegmentOpened(oldest.FirstId);
                if (oldest.End is { } end)
                    _journal.SegmentEnded(oldest.FirstId, end);
                return null;
            }

            var records = GiveUp(oldest);
            Remove(oldest);
            return (oldest, records);
        }
    }

    /// <summary>Gives up what is on disk only, if the folder was removed: nobody will ever read it. Nobody may be reading.</summary>
    /// <returns>How many records that were.</returns>
    public long GiveUpRemoved()
    {
        return IsRemoved ? Segments().Sum(GiveUp) : 0;
    }

    private long GiveUp(Segment segment)
    {
        lock (_gate)
        {
            var records = segment.OnDiskOnly;
            foreach (var stretch in segment.PassedOver)
                _tracker?.GiveUp(stretch.FirstId, stretch.LastId, stretch.Count);
            if (!segment.IsRead && segment.End is { } end && segment.Count > segment.ReadCount)
                _tracker?.GiveUp(end - (segment.Count - segment.ReadCount), end - 1, segment.Count - segment.ReadCount);
            segment.Waiting -= segment.PassedOver.Sum(stretch => stretch.Count);
            segment.Count = segment.ReadCount;
            segment.IsDropped = true;
            return records;
        }
    }

    /// <summary>Records of a stream are settled.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="parts">In which segments they are, up to which id each.</param>
    /// <param name="ids">Which ones, ascending.</param>
    /// <param name="dropped">Whether they were given up.</param>
    public void Settle(ulong stream, IReadOnlyList<(Segment Segment, long ThroughId)> parts, ReadOnlySpan<long> ids, bool dropped)
    {
        _journal.Settle(stream, ids[ids.Length - 1]);
        List<Segment>? done = null;
        var isSettled = false;
        lock (_gate)
        {
            var from = 0;
            foreach (var (segment, throughId) in parts)
            {
                var to = ids.Length;
                while (to > from && ids[to - 1] > throughId)
                    to--;
                segment.Waiting -= to - from;
                from = to;
                isSettled |= segment.Waiting == 0;
                if (segment.IsDone)
                    (done ??= []).Add(segment);
            }

            // Under the lock, so that a segment is exposed with exactly the records that are told of later.
            _tracker?.Settle(ids, dropped);
        }

        if (done is not null)
            Delete(done);

        // Also when a file could not be deleted: whoever waits for the records need not wait for that.
        if (isSettled)
            Changed.Set();
    }

    /// <summary>Whether a record is to be appended for its own sake.</summary>
    public bool IsDue(long id) => _tracker?.IsDue(id) ?? true;

    /// <summary>What is not settled is no longer safe on disk: in these segments, or in all.</summary>
    public void Expose(Func<Segment, bool> isExposed)
    {
        lock (_gate)
        {
            foreach (var segment in _segments.Values.Where(s => isExposed(s) && s.Unsettled > 0))
                _tracker?.Expose(segment.FirstId, (segment.End ?? segment.FirstId + 1) - 1, segment.Unsettled);
        }
    }

    /// <summary>Whether all of these segments that can be read were read, and what is not settled in them was passed over.</summary>
    public bool IsPassedOver(IEnumerable<Segment> segments)
    {
        lock (_gate)
            return segments.All(s => s.Waiting == s.PassedOver.Sum(stretch => stretch.Count));
    }

    /// <summary>Somebody else has removed the folder.</summary>
    public void NoteRemoval()
    {
        IsRemoved = true;
        Expose(_ => true);
    }

    /// <summary>Lets go of the folder: deletes it if nothing is left in it, and otherwise leaves it to whoever comes next.</summary>
    public void Dispose()
    {
        List<Segment> done;
        lock (_gate)
        {
            // Whoever was reading may have been waiting for more that will not come.
            foreach (var segment in _segments.Values.Where(s => _tracker is not null && (s.ReadCount > 0 || s.Count == 0) && s.Count == s.ReadCount))
                segment.IsRead = true;
            done = _segments.Values.Where(s => s.IsDone).ToList();
        }

        // Whoever settles the last record may not have come to delete its segment yet.
        Delete(done);
        lock (_deleting)
            _isClosed = true;
        bool hasFiles;
        lock (_gate)
            hasFiles = !_isFinished || _segments.Count > 0 || KeepsFiles;

        _journal.Dispose();
        IsGone = !hasFiles && Try(() => _journal.Delete(_files, Path)) && _lock.ReleaseAndDelete();
        if (!IsGone)
            _lock.Dispose();
    }

    private void Delete(IReadOnlyList<Segment> done)
    {
        lock (_deleting)
        {
            if (_isClosed)
                return;

            // Whoever reads the last record and whoever settles it may both find that a segment is done.
            _toDelete.UnionWith(done.Where(Has));
            foreach (var segment in _toDelete.Where(TryDelete).ToList())
            {
                _toDelete.Remove(segment);
                Remove(segment);
            }
        }
    }

    // After the journal says so: a file that is still there after a crash is then not shipped again.
    private bool TryDelete(Segment segment) => Try(() =>
    {
        _journal.SegmentDone(segment.FirstId);
        _files.Delete(segment.Path);

        // Before the journal forgets it: a name that came back after a power cut would be shipped again.
        if (_journal.Syncs)
            _files.SyncFolder(Path);
    });

    private bool Has(Segment segment)
    {
        lock (_gate)
            return _segments.TryGetValue(segment.FirstId, out var present) && present == segment;
    }

    private void Remove(Segment segment)
    {
        lock (_gate)
        {
            _segments.Remove(segment.FirstId);
            _bytes -= segment.Length;
        }

        _journal.SegmentRemoved(segment.FirstId);
        Changed.Set();
        Freed?.Invoke();
    }

    private static bool Try(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>The account of one stream's records in one folder.</summary>
internal sealed class FolderSource(BufferFolder folder, ulong stream) : RecordSource
{
    /// <summary>In which segments they are, in order, up to which id each.</summary>
    public List<(Segment Segment, long ThroughId)> Parts { get; init; } = [];

    public override bool IsDurable => !folder.IsRemoved;

    public override bool IsDue(long id) => folder.IsDue(id);

    public override void Settle(ReadOnlySpan<long> ids, bool dropped) => folder.Settle(stream, Parts, ids, dropped);

    public override void Intend(AppendIntent intent) => folder.Journal.Intend(stream, intent);
}
