namespace OssLogSinks.Extensions.Hosting;

/// <summary>
/// What each sink has lost lately, also one that has closed since the last look: its close may be what dropped the events. Thread-safe.
/// </summary>
/// <param name="watch">Makes a watch.</param>
internal sealed class LossHistory(Func<LossWatch> watch)
{
    private readonly object _gate = new();

    // Guarded by _gate. Of a name, how many losses of closed sinks were told of before.
    private readonly Dictionary<object, (string Name, long Lost, bool IsLosing, LossWatch Watch)> _open = [];
    private readonly Dictionary<string, LossWatch> _closed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);

    /// <summary>Compares with the last look.</summary>
    /// <param name="sinks">The open sinks, with what each has lost since it began.</param>
    /// <param name="lostByClosed">What those that have closed had lost, by name.</param>
    /// <returns>For each open sink, the time since its last loss; and closed ones with a late loss.</returns>
    public (IReadOnlyList<TimeSpan?> Open, IReadOnlyList<(string Name, long Lost, TimeSpan Since)> Closed) Look(
        IReadOnlyList<(object Sink, string Name, long Lost)> sinks, IReadOnlyDictionary<string, long> lostByClosed)
    {
        lock (_gate)
        {
            // One that is still losing goes on doing so as a closed one.
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
