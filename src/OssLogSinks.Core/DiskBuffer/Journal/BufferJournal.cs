using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Journal;

/// <summary>
/// The journal of one buffer folder: which records are settled, which appends may have been sent, and which segments exist. Each entry was true
/// when it was written, and every append is in the journal before it is sent. Safe for several threads.
/// </summary>
/// <remarks>
/// The journal has one append-only file and a spare. When the file is full, or a write to it failed, a snapshot of the current state is written to
/// the spare, with the next generation, and the two files change roles. Until that snapshot is complete (and synced, with <see cref="Syncs"/>), the
/// previous file is not changed. Both files reserve the space that they need: on a full disk, records can be shipped only if the journal can still be
/// written. Intents that arrive together share one sync, and other callers do not wait for it.
/// </remarks>
internal sealed class BufferJournal : IDisposable
{
    /// <summary>No journal is larger than this.</summary>
    public const int MostBytes = 512 << 20;

    private const int LeastEntries = 1023;
    private static readonly string[] Names = ["journal.0", "journal.1"];

    private readonly JournalFile[] _slots;

    // An orphaned folder gets no new segments and may have some that its journal does not know, so no settled mark is removed there.
    private readonly bool _forgets;

    // Taken before _gate, never after. Held while the file is synced.
    private readonly object _syncing = new();
    private readonly object _gate = new(); // guards everything below
    private readonly JournalState _state;
    private int _current;
    private int _next;
    private int _syncedInFile;
    private int _generation;
    private long _written;
    private long _synced;
    private int _entriesToHave;

    // The current file accepts no more entries: it is full, a write to it failed, or another process wrote it. The next entry goes to the spare.
    private bool _mustChange = true;
    private bool _isClosed;

    private BufferJournal(JournalFile[] slots, bool syncs, bool forgets, JournalState state, int entries) =>
        (_slots, Syncs, _forgets, _state, _entriesToHave) = (slots, syncs, forgets, state, entries);

    /// <summary>Whether a file of a folder belongs to its journal.</summary>
    public static bool IsName(string name) => Array.IndexOf(Names, name) >= 0;

    /// <summary>A copy of the current state.</summary>
    public JournalState State
    {
        get
        {
            lock (_gate)
                return _state.Copy();
        }
    }

    /// <summary>Whether it says how far records are numbered.</summary>
    public bool HasNumbers
    {
        get
        {
            lock (_gate)
                return !_state.Numbers.IsEmpty;
        }
    }

    /// <summary>Whether entries that must survive a power cut are synced.</summary>
    public bool Syncs { get; }

    /// <summary>Whether a write failed, so that no new records should be written to its folder.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Bytes that it takes on disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _slots[0].Bytes + _slots[1].Bytes;
        }
    }

    /// <summary>Bytes that a journal takes for this many streams, segments and streams whose numbers it has.</summary>
    public static long BytesFor(int streams, int segments, int numbers = 0) => 2 * JournalFile.BytesFor(EntriesFor(streams, segments, numbers));

    /// <summary>Creates the journal of a new folder, which exists and is empty.</summary>
    /// <exception cref="IOException">The disk refused; nothing is left open.</exception>
    public static BufferJournal Create(IBufferFiles files, string folder, FolderId folderId, bool syncs, int entries = LeastEntries)
    {
        var slots = new List<JournalFile>();
        try
        {
            foreach (var name in Names)
            {
                slots.Add(new JournalFile(files.Create(Path.Combine(folder, name)), folderId));
                slots[slots.Count - 1].Grow(entries);
            }

            // Both files begin with a header: a file without one is damaged.
            var journal = new BufferJournal([.. slots], syncs, forgets: true, new JournalState(), entries);
            journal.Change(syncs);
            journal.Change(syncs);
            if (syncs)
                files.SyncFolder(folder);
            return journal;
        }
        catch
        {
            slots.ForEach(slot => slot.Dispose());
            throw;
        }
    }

    /// <summary>Opens the journal of a folder that another process left, and reads what can be read.</summary>
    /// <returns>Null if this code does not know its version.</returns>
    /// <exception cref="IOException">The disk refused; nothing is left open.</exception>
    public static BufferJournal? Open(IBufferFiles files, string folder, FolderId folderId, bool syncs, int entries = LeastEntries)
    {
        var slots = new List<JournalFile>();
        try
        {
            foreach (var path in Names.Select(name => Path.Combine(folder, name)))
                slots.Add(new JournalFile(files.Exists(path) ? files.Open(path) : files.Create(path), folderId));
            var contents = slots.ConvertAll(slot => slot.Read());
            if (contents.Exists(content => content.IsUnknownVersion))
            {
                slots.ForEach(slot => slot.Dispose());
                return null;
            }

            var latest = contents[1].Generation > contents[0].Generation ? 1 : 0;
            var state = StateOf(contents[latest], contents[1 - latest], out var current);
            return new BufferJournal([.. slots], syncs, forgets: false, state, entries)
            {
                _current = current == contents[latest] ? latest : 1 - latest,

                // A generation is never used twice: an attempt that a crash cut off may have left entries.
                _generation = contents.Max(content => content.LastGeneration),

                // What was read may not be durable: the other process may have ended before its sync.
                _written = 1,
            };
        }
        catch
        {
            slots.ForEach(slot => slot.Dispose());
            throw;
        }
    }

    /// <summary>How far the records of a folder that another process left are numbered. Changes nothing.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static RecentStreams<SequenceMark> ReadNumbers(IBufferFiles files, string folder, FolderId folderId)
    {
        var contents = Names.Select(name => Path.Combine(folder, name)).Select(path => files.Exists(path) ? ReadFile(path) : new JournalContent()).ToArray();
        var latest = contents[1].Generation > contents[0].Generation ? 1 : 0;
        return StateOf(contents[latest], contents[1 - latest], out _).Numbers;

        JournalContent ReadFile(string path)
        {
            using var file = new JournalFile(files.Open(path), folderId);
            return file.Read();
        }
    }

    /// <summary>Deletes the files of a journal that was never used.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void DeleteAll(IBufferFiles files, string folder)
    {
        foreach (var name in Names)
            files.Delete(Path.Combine(folder, name));
    }

    /// <summary>
    /// Deletes its files after it was closed, and after all segments. The spare is deleted first: its state is old, and must not be found alone.
    /// </summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Delete(IBufferFiles files, string folder)
    {
        SyncFolder();
        files.Delete(Path.Combine(folder, Names[1 - _current]));
        SyncFolder();
        files.Delete(Path.Combine(folder, Names[_current]));

        void SyncFolder()
        {
            if (Syncs)
                files.SyncFolder(folder);
        }
    }

    /// <summary>Bytes by which <see cref="Reserve"/> would extend the files.</summary>
    public long GrowthFor(int streams, int segments)
    {
        lock (_gate)
        {
            var bytes = JournalFile.BytesFor(EntriesFor(streams, segments, _state.Numbers.Count));
            return _slots.Sum(slot => Math.Max(0, bytes - slot.Bytes));
        }
    }

    /// <summary>
    /// Reserves space for the entries of this many streams and segments. Call it before their records are written: later the disk may be full.
    /// </summary>
    /// <exception cref="IOException">The disk has no space.</exception>
    public void Reserve(int streams, int segments)
    {
        lock (_gate)
        {
            var entries = EntriesFor(streams, segments, _state.Numbers.Count);
            _slots[1 - _current].Grow(entries);
            _slots[_current].Grow(entries);

            // The files shrink only when they are several times too large.
            _entriesToHave = entries;
            if (!_isClosed && !_mustChange && _slots[_current].Capacity >= 8L * entries)
                BufferFiles.Try(() => Change(Syncs));
        }
    }

    /// <summary>
    /// Adds a new segment. Call it before any of its records is settled. Never throws: if the disk fails, the entry is written with the next one
    /// that succeeds.
    /// </summary>
    public void SegmentOpened(long firstId) => Note(new JournalEntry(JournalEntryKind.SegmentOpened, 0, firstId));

    /// <summary>Adds the end of a complete segment. Never throws, as <see cref="SegmentOpened"/>.</summary>
    public void SegmentEnded(long firstId, long end) => Note(new JournalEntry(JournalEntryKind.SegmentEnded, 0, firstId, end));

    /// <summary>
    /// Notes that all records of a segment are settled, so that its file may be deleted. When it returns, the entry is written, and synced with
    /// <see cref="Syncs"/>.
    /// </summary>
    /// <exception cref="IOException">The write failed; the file must stay.</exception>
    public void SegmentDone(long firstId) => Commit(new JournalEntry(JournalEntryKind.SegmentDone, 0, firstId));

    /// <summary>Removes a segment whose file was deleted. Never throws.</summary>
    public void SegmentRemoved(long firstId) => Note(new JournalEntry(JournalEntryKind.SegmentRemoved, 0, firstId));

    /// <summary>
    /// Adds an append before it is sent, in place of the stream's previous one. When it returns, the entry is written, and synced with
    /// <see cref="Syncs"/>.
    /// </summary>
    /// <exception cref="IOException">The write failed; nothing may be sent. The entry may be on disk all the same.</exception>
    public void Intend(ulong stream, AppendIntent intent) => Commit(new JournalEntry(JournalEntryKind.Intent, stream, 0, 0, intent));

    /// <summary>
    /// Notes that all of a stream's records up to an id are settled. Never throws and is not synced: if it is lost, the append is still in the
    /// journal, and OSS is asked for its outcome.
    /// </summary>
    public void Settle(ulong stream, long throughId) => Note(new JournalEntry(JournalEntryKind.Settled, stream, throughId));

    /// <summary>
    /// Notes how far a stream's records on disk are numbered. Never throws and is not synced: if it is lost, the next process gives some numbers
    /// again, under another name.
    /// </summary>
    public void Numbered(ulong stream, SequenceMark mark) => Note(JournalEntry.OfNumber(stream, mark));

    /// <summary>Syncs all entries, even if <see cref="Syncs"/> is false.</summary>
    /// <exception cref="IOException">The sync failed.</exception>
    public void Sync()
    {
        long all;
        lock (_gate)
        {
            ThrowIfClosed();
            all = _written;
        }

        SyncThrough(all);
    }

    /// <summary>Writes the entries that could not be written so far, if possible, and closes the files.</summary>
    public void Dispose()
    {
        lock (_syncing)
            lock (_gate)
            {
                if (_isClosed)
                    return;

                // For entries that cannot be written now, the next start asks OSS.
                _isClosed = true;
                if (_written > _synced && _mustChange)
                    BufferFiles.Try(() => Change(Syncs));
                else if (_written > _synced && Syncs)
                    BufferFiles.Try(_slots[_current].Sync);
                foreach (var slot in _slots)
                    slot.Dispose();
            }
    }

    // The entries of a snapshot, and twice as many for those after it; for numbers, once as many.
    private static int EntriesFor(int streams, int segments, int numbers)
    {
        var entries = LeastEntries;
        while (entries < (3L * ((2L * streams) + (3L * segments))) + (2L * numbers))
            entries = (2 * entries) + 1;
        return entries;
    }

    // An incomplete snapshot without entries after it was cut off by a crash: the other file has the full state. The same is true if a crash cut
    // off the header and the file has nothing of a later generation.
    private static JournalState StateOf(JournalContent latest, JournalContent other, out JournalContent current)
    {
        var isCutOff = !latest.IsWhole && !latest.IsInUse && other.IsWhole;
        current = isCutOff ? other : latest;
        var isOtherLost = other.Generation == 0 ? other.IsReplaced || other.LastGeneration > latest.Generation : other.Generation == latest.Generation;
        var state = new JournalState { IsDamaged = !current.IsWhole || current.HasLost || current.WasDamaged || isOtherLost };
        if (!current.IsWhole)
            other.Entries.ForEach(entry => state.Apply(entry));
        current.Entries.ForEach(entry => state.Apply(entry));
        return state;
    }

    private void Note(JournalEntry entry)
    {
        lock (_gate)
        {
            // Entries that cannot be written become part of the snapshot that is due then.
            _state.Apply(entry);
            _written++;
            if (!_isClosed)
                BufferFiles.Try(() => Write(entry));
        }
    }

    private void Commit(in JournalEntry entry)
    {
        long mine;
        lock (_gate)
        {
            ThrowIfClosed();
            Write(entry);
            _state.Apply(entry);
            mine = ++_written;
        }

        if (Syncs)
            SyncThrough(mine);
    }

    private void Write(in JournalEntry entry)
    {
        if (_mustChange || _next >= _slots[_current].Capacity)
            Change(Syncs);

        // Until the write has succeeded, no other entry may follow it.
        try
        {
            _slots[_current].Write(entry, _next, _syncedInFile);
            _next++;
        }
        catch (IOException)
        {
            _mustChange = HasFailed = true;
            throw;
        }
    }

    // Changes to the spare, which begins with a snapshot of the state. A generation is never used twice, so that entries of two attempts are not
    // mixed.
    private void Change(bool sync)
    {
        _mustChange = true;
        if (_forgets)
            _state.Prune();

        _generation++;
        var spare = _slots[1 - _current];
        var entries = _state.ToEntries();
        var capacity = Math.Max(_entriesToHave, 2 * entries.Count);
        try
        {
            if (_forgets)
                spare.Shrink(capacity);

            // The entries may fit all the same.
            BufferFiles.Try(() => spare.Grow(capacity));
            spare.Start(entries, _generation, _state.IsDamaged, sync);
        }
        catch (IOException)
        {
            HasFailed = true;
            throw;
        }

        _current = 1 - _current;
        _next = entries.Count;
        _mustChange = HasFailed = false;
        _syncedInFile = sync ? _next : 0;
        if (sync)
            _synced = _written;
        if (_forgets && sync == Syncs)
            BufferFiles.Try(() => _slots[1 - _current].Shrink(capacity));
    }

    private void SyncThrough(long mine)
    {
        lock (_syncing)
        {
            JournalFile file;
            long through;
            int generation, next;
            lock (_gate)
            {
                if (_synced >= mine)
                    return;

                ThrowIfClosed();
                if (_mustChange)
                {
                    Change(sync: true);
                    return;
                }

                (file, generation, through, next) = (_slots[_current], _generation, _written, _next);
            }

            try
            {
                file.Sync();
            }
            catch (IOException)
            {
                // The next sync may succeed without having written these entries, so they are written again.
                lock (_gate)
                    _mustChange = HasFailed = true;
                throw;
            }

            lock (_gate)
            {
                _synced = Math.Max(_synced, through);
                if (generation == _generation)
                    _syncedInFile = next;
            }
        }
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
            throw new ObjectDisposedException(nameof(BufferJournal));
    }
}
