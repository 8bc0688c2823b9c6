using OssLogSinks.Core.Batching;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The books of one process's folder: which segments there are, which of their records wait, and the journal. A segment is
/// deleted when all of its records have met their fate, and not before the journal says so. Any thread may call any member.
/// </summary>
internal sealed partial class SpoolFolder : IDisposable
{
    // A stream's source may be made anew at any time; its batch is only ended sooner then.
    private const int MostSources = 10_000;

    private readonly object _gate = new();
    private readonly SegmentDisposal _disposal;
    private readonly FolderLock _lock;
    private readonly SpoolJournal _journal;
    private readonly FlushBook? _book;

    // Guarded by _gate.
    private readonly SortedList<long, SpoolSegment> _segments = [];
    private readonly Dictionary<ulong, RecordSource> _sources = [];
    private long _bytes;
    private bool _isFinished;

    /// <param name="files">The disk.</param>
    /// <param name="path">The folder; its lock is held.</param>
    /// <param name="salt">What its frames are marked with.</param>
    /// <param name="folderLock">Its lock; released with the folder.</param>
    /// <param name="journal">Its journal; closed with the folder.</param>
    /// <param name="book">Who waits for records of this process; null for another's folder.</param>
    public SpoolFolder(ISpoolFiles files, string path, SpoolSalt salt, FolderLock folderLock, SpoolJournal journal, FlushBook? book)
    {
        _disposal = new SegmentDisposal(files, path, journal);
        Path = path;
        Salt = salt;
        _lock = folderLock;
        _journal = journal;
        _book = book;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public SpoolSalt Salt { get; }

    public bool HasSegments
    {
        get
        {
            lock (_gate)
                return _segments.Count > 0;
        }
    }

    /// <summary>Whether segments are left in it that can be neither read nor put aside: its journal still has to say which were stored.</summary>
    public bool KeepsFiles { get; set; }

    /// <summary>Whether nothing is left of it; known once it is disposed of.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Beats when there is more to read, when a segment was deleted, and at the end.</summary>
    public Pulse Changed { get; } = new();

    /// <summary>Bytes of its files.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes + _journal.Bytes;
        }
    }

    /// <summary>Bytes that its files take, or will if its journal grows for this many streams and one more segment.</summary>
    public long BytesWith(int streams)
    {
        lock (_gate)
            return _bytes + Math.Max(_journal.Bytes, SpoolJournal.MostBytes(streams, _segments.Count + 1));
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

    /// <summary>Whether everything that was written has been read.</summary>
    public bool IsCaughtUp
    {
        get
        {
            lock (_gate)
                return _segments.Values.All(s => s.IsRead || (s.IsTaken && s.ReadLength == s.Length));
        }
    }

    /// <summary>Whether all records have met their fate, and none will come.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _isFinished && _segments.Values.All(s => s.IsDone);
        }
    }

    /// <summary>Records on disk that have not met their fate, as far as they are known.</summary>
    public long WaitingRecords
    {
        get
        {
            lock (_gate)
                return _segments.Values.Sum(s => s.Waiting + s.Count - s.ReadCount);
        }
    }

    /// <summary>The segments there are, in order.</summary>
    public IReadOnlyList<SpoolSegment> Segments()
    {
        lock (_gate)
            return _segments.Values.ToArray();
    }

    /// <summary>Who keeps the books of a stream.</summary>
    public RecordSource SourceOf(SpoolStream stream)
    {
        lock (_gate)
        {
            if (_sources.Count >= MostSources)
                _sources.Clear();
            if (!_sources.TryGetValue(stream.Hash, out var source))
                _sources.Add(stream.Hash, source = new FolderSource(this, _journal, _book, stream.Hash));
            return source;
        }
    }

    /// <summary>Gives up the oldest complete segment that nobody has begun to read; null if there is none.</summary>
    public SpoolSegment? DropOldest()
    {
        SpoolSegment? oldest;
        lock (_gate)
        {
            oldest = _segments.Values.FirstOrDefault(s => !s.IsTaken && s.IsFinal);
            if (oldest is null)
                return null;
            oldest.IsTaken = oldest.IsRead = true;
        }

        Delete([oldest]);
        return oldest;
    }

    /// <summary>Records of these ids, ascending, have met their fate.</summary>
    public void Settle(ReadOnlySpan<long> ids)
    {
        List<SpoolSegment>? done = null;
        lock (_gate)
        {
            var index = _segments.Count - 1;
            for (var i = ids.Length - 1; i >= 0; i--)
            {
                while (index >= 0 && _segments.Keys[index] > ids[i])
                    index--;
                if (index < 0)
                    break;
                if (--_segments.Values[index].Waiting == 0 && _segments.Values[index].IsRead)
                    (done ??= []).Add(_segments.Values[index]);
            }
        }

        if (done is not null)
            Delete(done);
    }

    /// <summary>Lets go of the folder: deletes it if nothing is left in it, and otherwise leaves it to whoever comes next.</summary>
    public void Dispose()
    {
        // Whoever settles the last record may not have come to delete its segment yet.
        Delete(DoneAtEnd());
        _disposal.Close();
        bool hasFiles;
        lock (_gate)
            hasFiles = !_isFinished || _segments.Count > 0 || KeepsFiles;

        _journal.Dispose();
        IsGone = !hasFiles && TryDeleteJournal() && _lock.ReleaseAndDelete();
        if (!IsGone)
            _lock.Dispose();
    }

    // Whoever was reading may have been waiting for more that will not come.
    private List<SpoolSegment> DoneAtEnd()
    {
        lock (_gate)
        {
            foreach (var segment in _segments.Values.Where(s => s.IsTaken && s.ReadLength == s.Length))
                segment.IsRead = true;
            return _segments.Values.Where(s => s.IsDone).ToList();
        }
    }

    private bool TryDeleteJournal()
    {
        try
        {
            _journal.Delete();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Delete(IReadOnlyList<SpoolSegment> done)
    {
        foreach (var deleted in _disposal.Delete(done))
        {
            lock (_gate)
            {
                _segments.Remove(deleted.FirstId);
                _bytes -= deleted.Length;
            }
        }

        Changed.Beat();
    }
}
