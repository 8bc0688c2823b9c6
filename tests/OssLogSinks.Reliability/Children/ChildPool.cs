using OssLogSinks.Reliability.DiskFaults;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Children;

/// <summary>
/// The children of a run, one after the other in one or two lines, and the events that are still to be logged. Each child
/// has a number of its own, so that every event has. Any thread may call any member.
/// </summary>
internal sealed class ChildPool(ServiceUnderTest service, ReliabilityArguments arguments, FaultyDisk? disk = null) : IAsyncDisposable
{
    private readonly Lock _counting = new();
    private readonly List<ChildProcess> _born = [];
    private readonly Random _random = new(arguments.Seed);
    private long _left = arguments.Events;
    private int _kills;
    private int _alive;

    public IReadOnlyList<ChildProcess> Children
    {
        get
        {
            lock (_counting)
                return [.. _born];
        }
    }

    public int Kills => Volatile.Read(ref _kills);

    /// <summary>What the killed children were doing, by the last that they said.</summary>
    public string KillMoments =>
        string.Join(' ', Children.Where(c => c.HasEnded && c.WasKilled).GroupBy(c => c.Last?.Word).OrderBy(g => g.Key).Select(g => $"{g.Key?.ToString() ?? "silent"}={g.Count()}"));

    /// <summary>False if a child ended in another way than by its own doing or by a kill.</summary>
    public bool IsSound { get; private set; } = true;

    /// <summary>Lets children log and be killed, so many at a time, until so many kills are done.</summary>
    public async Task KillAsync(int kills, int lines)
    {
        // More than once if the last child of a line has closed before its kill came.
        while (Kills < kills)
            await Task.WhenAll(Enumerable.Range(0, lines).Select(_ => KillOneByOneAsync(kills)));
    }

    /// <summary>A child for all events that are left; nobody else may be logging.</summary>
    public ChildProcess BearLast()
    {
        lock (_counting)
            return Bear(_left, long.MaxValue, ChildEnd.Stay, isLast: true);
    }

    /// <summary>A child for so many events, which closes by itself.</summary>
    public ChildProcess Bear(long events)
    {
        lock (_counting)
            return Bear(events, long.MaxValue, ChildEnd.Close);
    }

    /// <summary>Waits for a child's end, and gives back what it has not logged.</summary>
    public async Task EndAsync(ChildProcess child)
    {
        // On a disk that fails, some may be given up, if they are counted.
        var hasGivenUp = child.HasSaid(ChildMessage.GaveUp) || child.Last?.Done.DroppedTotal > 0;
        var isSound = await child.EndAsync() && (!hasGivenUp || (disk is not null && child.Last!.Done.DroppedTotal > 0));
        lock (_counting)
        {
            IsSound &= isSound;
            _left += child.Order.Events - child.OnDiskTotal;
            _kills += child.WasKilled ? 1 : 0;
            _alive--;
        }

        if (!isSound)
            await Console.Error.WriteLineAsync($"child {child.Order.Number} is not sound: '{child.Last}'");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in Children)
            await child.DisposeAsync();
    }

    private async Task KillOneByOneAsync(int kills)
    {
        while (TryBear(kills) is var (child, plan))
        {
            await plan.WaitAsync(child);
            child.Kill();
            await EndAsync(child);
            if (arguments.IsVerbose)
                await Console.Error.WriteLineAsync($"child {child.Order.Number}: {plan} → {(child.WasKilled ? "killed" : "ended before")} with {child.OnDiskTotal} of {child.Order.Events} on disk, last '{child.Last}'");
        }
    }

    private (ChildProcess Child, KillPlan Plan)? TryBear(int kills)
    {
        lock (_counting)
        {
            if (_kills + _alive >= kills)
                return null;

            // Half of its even share to one and a half, so that the last has about its share as well.
            var share = _left / (kills - _kills + 1) * (0.5 + _random.NextDouble());
            var events = Math.Max(1, (long)share);
            var plan = KillPlan.Draw(_random, events);
            return (Bear(events, plan.Lead, plan.End), plan);
        }
    }

    private ChildProcess Bear(long events, long lead, ChildEnd end, bool isLast = false)
    {
        _left -= events;
        _alive++;
        var child = ChildProcess.Start(new ChildOrder(arguments, _born.Count)
        {
            BufferPath = arguments.BufferPath,
            Events = events,
            Lead = lead,
            End = end,
        }, service, isLast ? null : disk);
        _born.Add(child);
        return child;
    }
}
