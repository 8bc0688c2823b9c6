using OssLogSinks.Core.Appending;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The memory of one spool folder: what has met its fate, which appends may be on their way, and which segments there are.
/// What it remembers on disk was true when it was written, and an append that was sent is always among it.
/// </summary>
/// <remarks>
/// <para>
/// Two files, written in turn. Entries go one behind the other into the file in use; when it is full, a snapshot of what
/// still matters begins the other one, with the next generation. Until that snapshot is whole and synced, the file before
/// it stands untouched. The files are as large from the beginning as they need to be: on a full disk the only way out is
/// to ship what is there, and that must be written down first.
/// </para>
/// <para>
/// Safe for several threads. Intents that come together share one sync. Nobody waits for it but those who asked for it,
/// except at a change of files, once in some thousand entries.
/// </para>
/// </remarks>
internal sealed partial class SpoolJournal : IDisposable
{
    private readonly SpoolJournalSlot[] _slots;
    private readonly bool _syncs;

    // An adopted folder gets no new segments and may hold some that its journal does not know: no mark is forgotten there.
    private readonly bool _forgets;

    // Taken before _gate, never after. Held while the file is synced.
    private readonly object _syncing = new();
    private readonly object _gate = new(); // guards everything below
    private readonly JournalState _state;
    private int _current;
    private int _next;
    private int _syncedInSlot;
    private long _generation;
    private long _written;
    private long _synced;

    // The file in use takes no more: it is full, or a write to it failed, or it is of another life. Everything goes on in
    // the other one.
    private bool _mustChange;
    private bool _isClosed;

    private SpoolJournal(SpoolJournalSlot[] slots, bool syncs, bool forgets, JournalState state)
    {
        _slots = slots;
        _syncs = syncs;
        _forgets = forgets;
        _state = state;
        _mustChange = true;
    }

    /// <summary>What is remembered now; a copy.</summary>
    public JournalState State
    {
        get
        {
            lock (_gate)
                return _state.Copy();
        }
    }

    /// <summary>Whether what must survive a power cut is forced onto the medium.</summary>
    public bool Syncs => _syncs;

    /// <summary>Bytes that it takes on disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _slots[0].Bytes + _slots[1].Bytes;
        }
    }

    /// <summary>
    /// Remembers a new segment; to be called before any of its records is settled. Never throws: if the disk fails, it is
    /// written with the next entry that works.
    /// </summary>
    public void SegmentOpened(long firstId) => Note(new JournalEntry(JournalEntryKind.SegmentOpened, 0, firstId));

    /// <summary>Remembers how far a segment goes that is complete. Never throws, as <see cref="SegmentOpened"/>.</summary>
    /// <param name="firstId">The segment.</param>
    /// <param name="end">The id behind its last record.</param>
    public void SegmentEnded(long firstId, long end) => Note(new JournalEntry(JournalEntryKind.SegmentEnded, (ulong)end, firstId));

    /// <summary>Remembers that all records of a segment have met their fate, so that its file may be deleted. On disk when it returns.</summary>
    /// <exception cref="IOException">That failed; the file must stay.</exception>
    public void SegmentDone(long firstId) => Commit(new JournalEntry(JournalEntryKind.SegmentDone, 0, firstId));

    /// <summary>Forgets a segment whose file has gone. Never throws.</summary>
    public void SegmentRemoved(long firstId) => Note(new JournalEntry(JournalEntryKind.SegmentRemoved, 0, firstId));

    /// <summary>Remembers an append before it is sent, instead of the stream's one before. On disk when it returns.</summary>
    /// <exception cref="IOException">That failed; nothing may be sent. It may be found on disk all the same.</exception>
    public void Intend(ulong stream, AppendIntent intent) => Commit(new JournalEntry(JournalEntryKind.Intent, stream, 0, intent));

    /// <summary>
    /// Remembers that all of a stream's records up to an id have met their fate. Never throws and is not synced: if it is
    /// lost, the append is still there and OSS is asked.
    /// </summary>
    public void Settle(ulong stream, long throughId) => Note(new JournalEntry(JournalEntryKind.Settled, stream, throughId));

    /// <summary>Forces everything onto the medium, whatever the policy.</summary>
    /// <exception cref="IOException">That failed.</exception>
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

    /// <summary>Writes what could not be written so far, if it can be now, and lets go of the files.</summary>
    public void Dispose()
    {
        lock (_syncing)
        {
            lock (_gate)
            {
                if (_isClosed)
                    return;

                _isClosed = true;
                try
                {
                    if (_mustChange && _written > _synced)
                        ChangeSlot(_syncs);
                    else if (_syncs && _written > _synced)
                        _slots[_current].Sync();

                    _synced = _written;
                }
                catch (IOException)
                {
                    // What could not be written is what OSS is asked about at the next start.
                }

                foreach (var slot in _slots)
                    slot.Dispose();
            }
        }
    }

    private void Note(in JournalEntry entry)
    {
        lock (_gate)
        {
            _state.Apply(entry);
            _written++;
            if (_isClosed)
                return;

            try
            {
                Write(entry);
            }
            catch (IOException)
            {
                // The state has it: the change of files that is due now writes it.
            }
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

        if (_syncs)
            SyncThrough(mine);
    }

    private void Write(in JournalEntry entry)
    {
        if (_mustChange || _next >= _slots[_current].Capacity)
            ChangeSlot(_syncs);

        // Until the write has succeeded, nothing else may go behind it.
        _mustChange = true;
        _slots[_current].Write(entry, new JournalPlace(_generation, _next, _syncedInSlot, JournalFlags.None));
        _mustChange = false;
        _next++;
    }

    /// <summary>Goes on in the other file, beginning with all that still matters.</summary>
    private void ChangeSlot(bool sync)
    {
        _mustChange = true;
        if (_forgets)
            _state.Prune();

        // A generation is never tried twice: entries of two attempts must not be taken for one.
        _generation++;
        var other = 1 - _current;
        _next = _slots[other].Begin(_state.ToEntries(), _generation, _state.IsDamaged ? JournalFlags.Damaged : JournalFlags.None, sync);
        _current = other;
        _mustChange = false;
        _syncedInSlot = sync ? _next : 0;
        if (sync)
            _synced = _written;
    }

    private void SyncThrough(long mine)
    {
        lock (_syncing)
        {
            SpoolJournalSlot slot;
            long generation;
            long through;
            int next;
            lock (_gate)
            {
                if (_synced >= mine)
                    return;

                ThrowIfClosed();

                if (_mustChange)
                {
                    ChangeSlot(sync: true);
                    return;
                }

                (slot, generation, through, next) = (_slots[_current], _generation, _written, _next);
            }

            SyncOutside(slot);
            lock (_gate)
            {
                _synced = Math.Max(_synced, through);
                if (generation == _generation)
                    _syncedInSlot = next;
            }
        }
    }

    // After a failed sync the next one may succeed without having written anything: what is in doubt is written anew.
    private void SyncOutside(SpoolJournalSlot slot)
    {
        try
        {
            slot.Sync();
        }
        catch
        {
            lock (_gate)
                _mustChange = true;

            throw;
        }
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
            throw new ObjectDisposedException(nameof(SpoolJournal));
    }
}
