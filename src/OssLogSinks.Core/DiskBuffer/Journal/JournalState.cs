using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Journal;

/// <summary>
/// The state that a folder's journal describes. Entries may be applied twice, or some may be missing: it never says that more is settled than was.
/// Not thread-safe.
/// </summary>
internal sealed class JournalState
{
    private readonly SortedSet<long> _segments = [];
    private readonly SortedSet<long> _done = [];

    // By the first id of a segment that must exist: the id after its last record.
    private readonly Dictionary<long, long> _ends = [];
    private Dictionary<ulong, long> _settled = [];
    private Dictionary<ulong, AppendIntent> _intents = [];

    /// <summary>By stream: all of its records up to this id are settled. A stream that is missing here has no mark that matters.</summary>
    public IReadOnlyDictionary<ulong, long> Settled => _settled;

    /// <summary>By stream: the append that may have been sent and whose outcome is unknown.</summary>
    public IReadOnlyDictionary<ulong, AppendIntent> Intents => _intents;

    /// <summary>The segments that must exist, by their first id in ascending order.</summary>
    public IReadOnlyCollection<long> Segments => _segments;

    /// <summary>
    /// The segments whose records are all settled but whose files may still exist, in ascending order. Such a file is deleted unread, so the
    /// settled marks need not cover it.
    /// </summary>
    public IReadOnlyCollection<long> DoneSegments => _done;

    /// <summary>By stream: how far the numbers of its records are on disk.</summary>
    public RecentStreams<SequenceMark> Numbers { get; } = SequenceMarks.Create();

    /// <summary>Whether something that was written was found missing or changed: this state was true, but later entries may be lost.</summary>
    public bool IsDamaged { get; set; }

    public void Apply(in JournalEntry entry)
    {
        switch (entry.Kind)
        {
            case JournalEntryKind.Settled:
                Settle(entry.Stream, entry.Id);
                break;
            case JournalEntryKind.Intent when entry.Intent is { } intent:
                Intend(entry.Stream, intent);
                break;
            case JournalEntryKind.Earlier when entry.Intent is { } earlier:
                if (_intents.TryGetValue(entry.Stream, out var open) && open.IsAtPlaceOf(earlier))
                    _intents[entry.Stream] = open.After(earlier.Body);
                break;
            case JournalEntryKind.SegmentOpened:
                if (!_done.Contains(entry.Id))
                    _segments.Add(entry.Id);
                break;
            case JournalEntryKind.SegmentEnded:
                if (_segments.Contains(entry.Id))
                    _ends[entry.Id] = entry.End;
                break;
            case JournalEntryKind.SegmentDone:
                Forget(entry.Id);
                _done.Add(entry.Id);
                break;
            case JournalEntryKind.SegmentRemoved:
                Forget(entry.Id);
                _done.Remove(entry.Id);
                break;
            case JournalEntryKind.Numbered:
                Numbers.Raise(entry.Stream, new SequenceMark(unchecked((ulong)entry.End), entry.Id));
                break;
        }
    }

    /// <summary>The id after the last record of a segment that must exist; null if the segment was not complete.</summary>
    public long? EndOf(long firstId) => _ends.TryGetValue(firstId, out var end) ? end : null;

    /// <summary>Removes the settled marks that no record can need: those below the oldest segment.</summary>
    public void Prune()
    {
        // New dictionaries, because one that was large stays large.
        var oldest = _segments.Count > 0 ? _segments.Min : long.MaxValue;
        _settled = _settled.Where(mark => mark.Value >= oldest).ToDictionary(mark => mark.Key, mark => mark.Value);
        _intents = new Dictionary<ulong, AppendIntent>(_intents);
    }

    /// <summary>The entries that produce this state.</summary>
    public List<JournalEntry> ToEntries()
    {
        List<JournalEntry> entries =
        [
            .. _segments.Select(first => new JournalEntry(JournalEntryKind.SegmentOpened, 0, first)),
            .. _ends.Select(end => new JournalEntry(JournalEntryKind.SegmentEnded, 0, end.Key, end.Value)),
            .. _done.Select(first => new JournalEntry(JournalEntryKind.SegmentDone, 0, first)),
            .. _settled.Select(mark => new JournalEntry(JournalEntryKind.Settled, mark.Key, mark.Value)),
            .. Numbers.All.Select(mark => JournalEntry.OfNumber(mark.Key, mark.Value)),
        ];
        foreach (var open in _intents)
        {
            entries.Add(new JournalEntry(JournalEntryKind.Intent, open.Key, 0, 0, open.Value with { Earlier = [] }));
            foreach (var body in open.Value.Earlier)
                entries.Add(new JournalEntry(JournalEntryKind.Earlier, open.Key, 0, 0, open.Value with { Length = body.Length, Crc64 = body.Crc64, Earlier = [] }));
        }

        return entries;
    }

    public JournalState Copy()
    {
        var copy = new JournalState { IsDamaged = IsDamaged };
        foreach (var entry in ToEntries())
            copy.Apply(entry);

        return copy;
    }

    private void Forget(long segment)
    {
        _segments.Remove(segment);
        _ends.Remove(segment);
    }

    private void Settle(ulong stream, long throughId)
    {
        if (!_settled.TryGetValue(stream, out var before) || before < throughId)
            _settled[stream] = throughId;

        if (_intents.TryGetValue(stream, out var open) && open.LastId <= throughId)
            _intents.Remove(stream);
    }

    private void Intend(ulong stream, AppendIntent intent)
    {
        // A stream is delivered in the order of its ids: this append would not have been sent before all earlier records were settled. So this
        // restores a settled mark that was lost.
        Settle(stream, intent.FirstId - 1);
        if (_settled[stream] >= intent.LastId)
            return;

        // While earlier bytes at the same place are in doubt, an intent for other bytes says so in Earlier.
        var isAgain = intent.Earlier.Count > 0 && _intents.TryGetValue(stream, out var open) && open.IsAtPlaceOf(intent);
        _intents[stream] = isAgain ? (intent with { Earlier = _intents[stream].Earlier }).After(_intents[stream].Body) : intent with { Earlier = [] };
    }
}
