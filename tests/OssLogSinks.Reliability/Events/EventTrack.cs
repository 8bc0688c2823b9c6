namespace OssLogSinks.Reliability.Events;

/// <summary>
/// The events of one writer and stream as they are found, in the order of the objects. Holds only the gaps, so that it
/// stays small however long a run lasts.
/// </summary>
internal sealed class EventTrack
{
    private readonly HashSet<long> _missing = [];
    private readonly List<long> _late = [];
    private long _next;
    private long _last = -1;

    /// <summary>Events found, each counted once.</summary>
    public long Found => _next - _missing.Count;

    public long Duplicated { get; private set; }

    public long Reordered => _late.Count;

    /// <summary>Takes note of the next event that is there.</summary>
    public void Find(long number)
    {
        if (number < _next && !_missing.Remove(number))
        {
            Duplicated++;
            return;
        }

        if (number < _last)
            _late.Add(number);
        for (; _next < number; _next++)
            _missing.Add(_next);
        _next = Math.Max(_next, number + 1);
        _last = number;
    }

    /// <summary>How many of the first so many events stand behind later ones.</summary>
    public long ReorderedOf(long written) => _late.Count(number => number < written);

    /// <summary>Whether an event was found.</summary>
    public bool Has(long number) => number < _next && !_missing.Contains(number);

    /// <summary>The first numbers that were written and not found.</summary>
    public IEnumerable<long> FirstMissing(long written) =>
        _missing.Where(number => number < written).Order().Concat(_next < written ? [_next] : []).Take(5);

    /// <summary>How many of the first so many events are not there; gaps behind them do not count.</summary>
    public long MissingOf(long written) => _missing.Count(number => number < written) + Math.Max(0, written - _next);
}
