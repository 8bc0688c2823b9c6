using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Journal;

/// <summary>
/// A value for each stream, by its hash. Bounded: the streams that were used last are always in it, and at most as many others. Not thread-safe.
/// </summary>
/// <param name="certain">How many of the streams that were used last are always in it.</param>
internal sealed class RecentStreams<T>(int certain)
{
    private Dictionary<ulong, T> _recent = [];
    private Dictionary<ulong, T> _older = [];

    /// <summary>All values, those that were used last at the end.</summary>
    public IEnumerable<KeyValuePair<ulong, T>> All => _older.Where(value => !_recent.ContainsKey(value.Key)).Concat(_recent);

    public bool IsEmpty => Count == 0;

    /// <summary>The number of values at most.</summary>
    public int Count => _recent.Count + _older.Count;

    /// <summary>Finds a stream's value, which counts as used.</summary>
    public bool TryGet(ulong stream, out T value)
    {
        if (_recent.TryGetValue(stream, out value!))
            return true;
        if (!_older.TryGetValue(stream, out value!))
            return false;

        Set(stream, value);
        return true;
    }

    /// <summary>A copy of its own.</summary>
    public RecentStreams<T> Copy()
    {
        var copy = new RecentStreams<T>(certain);
        foreach (var value in All)
            copy.Set(value.Key, value.Value);
        return copy;
    }

    public void Set(ulong stream, T value)
    {
        if (_recent.Count >= certain && !_recent.ContainsKey(stream))
            (_older, _recent) = (_recent, []);
        _recent[stream] = value;
    }
}

/// <summary>
/// Marks of sequences: how far the numbers of streams are used. A mark may be forgotten or be too low at any time: then the stream's next process
/// begins another sequence, or gives some numbers again under another name of the writer. So no mark is a reason to keep many.
/// </summary>
internal static class SequenceMarks
{
    // In each folder's journal: with more, a small buffer would have no space for records.
    private const int Certain = 1_000;

    /// <summary>Marks of no stream.</summary>
    public static RecentStreams<SequenceMark> Create() => new(Certain);

    /// <summary>Sets a stream's mark, unless its sequence is known to be used further.</summary>
    public static void Raise(this RecentStreams<SequenceMark> marks, ulong stream, SequenceMark mark)
    {
        if (!marks.TryGet(stream, out var before) || before.Id != mark.Id || before.Last < mark.Last)
            marks.Set(stream, mark);
    }
}
