namespace OssLogSinks.Extensions.Hosting;

/// <summary>
/// Knows which sinks have lost events lately. Includes sinks that have closed since the last look: the close itself may have dropped the events.
/// Thread-safe.
/// </summary>
/// <param name="watch">Makes a watch.</param>
internal sealed class LossHistory(Func<LossWatch> watch)
{
    private readonly object _gate = new();

    // Guarded by _gate. _told has, by name, how many losses of closed sinks are not reported any more.
    private readonly Dictionary<object, (string Name, long Lost, bool IsLosing, LossWatch Watch)> _open = [];
    private readonly Dictionary<string, LossWatch> _closed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);

    /// <summary>Compares with the last look.</summary>
    /// <param name="sinks">The open sinks, with what each has lost since it began.</param>
    /// <param name="lostByClosed">What those that have closed had lost, by name.</param>
    /// <returns>
    /// For each open sink, the time since its last loss was seen, null if none was lately; and closed ones with a recent loss.
    /// </returns>
    public (IReadOnlyList<TimeSpan?> Open, IReadOnlyList<(string Name, long Lost, TimeSpan Since)> Closed) Look(
        IReadOnlyList<(object Sink, string Name, long Lost)> sinks, IReadOnlyDictionary<string, long> lostByClosed)
    {
        lock (_gate)
        {
            // The losses of a sink that has closed are not reported again, unless they are recent: then they are reported as those of a closed
            // sink.
            foreach (var gone in _open.Where(open => !sinks.Any(sink => sink.Sink == open.Key)).ToList())
            {
                _open.Remove(gone.Key);
                if (!gone.Value.IsLosing)
                    _told[gone.Value.Name] = Told(gone.Value.Name) + gone.Value.Lost;
            }

            return ([.. sinks.Select(Look)], [.. lostByClosed.Select(LookAtClosed).OfType<(string, long, TimeSpan)>()]);
        }
    }

    private TimeSpan? Look((object Sink, string Name, long Lost) sink)
    {
        var losses = _open.TryGetValue(sink.Sink, out var known) ? known.Watch : watch();
        var since = losses.Look(sink.Lost);
        _open[sink.Sink] = (sink.Name, sink.Lost, since is not null, losses);
        return since;
    }

    private (string Name, long Lost, TimeSpan Since)? LookAtClosed(KeyValuePair<string, long> closed)
    {
        if (!_closed.TryGetValue(closed.Key, out var losses))
            _closed.Add(closed.Key, losses = watch());

        var lost = Math.Max(0, closed.Value - Told(closed.Key));
        return losses.Look(lost) is { } since ? (closed.Key, lost, since) : null;
    }

    private long Told(string name) => _told.TryGetValue(name, out var told) ? told : 0;
}
