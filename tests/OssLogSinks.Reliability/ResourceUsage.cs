using System.Diagnostics;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>Memory, handles, threads and the age of what waits, each ten seconds, and whether they stay as they are.</summary>
internal sealed class ResourceUsage(IReadOnlyList<LogWriter> writers, Ledger ledger, TimeSpan length)
{
    private const double Megabyte = 1 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromMinutes(1);

    // How much more the last third may have than the first: a factor, and an amount for chance.
    private static readonly (string Name, Func<Sample, double> Of, double Factor, double More)[] Bounds =
    [
        ("heap MB", s => s.Heap, 1.25, 24),
        ("working set MB", s => s.WorkingSet, 1.25, 40),
        ("handles", s => s.Handles, 1.1, 15),
        ("threads", s => s.Threads, 1.1, 10),
        ("delivery age s", s => s.Age, 1.5, 2),
    ];

    private readonly List<Sample> _samples = [];

    public async Task WatchAsync(Stopwatch watch, FaultSchedule? schedule, CancellationToken over)
    {
        try
        {
            for (var next = Interval; ; next += Interval)
            {
                // At a rate: samples of the run.
                await Task.Delay(next > watch.Elapsed ? next - watch.Elapsed : TimeSpan.Zero, over);
                Note(watch.Elapsed, schedule?.Now ?? "unknown");
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>Compares the middle of the last third with that of the first, which begins after a warm-up.</summary>
    public bool IsFlat(TextWriter output)
    {
        var warmUp = length / 6 < LongestWarmUp ? length / 6 : LongestWarmUp;
        var first = _samples.Where(s => s.Elapsed > warmUp && s.Elapsed <= length / 3).ToArray();
        var last = _samples.Where(s => s.Elapsed > length * 2 / 3).ToArray();
        if (first.Length == 0 || last.Length == 0)
        {
            output.WriteLine("too short to say whether it was flat: two minutes at least");
            return false;
        }

        var isFlat = true;
        foreach (var (name, of, factor, more) in Bounds)
        {
            var (before, after) = (Middle(first.Select(of)), Middle(last.Select(of)));
            var isBounded = after <= (before * factor) + more;
            isFlat &= isBounded;
            output.WriteLine(FormattableString.Invariant($"{name}: {before:0.0} in the first third, {after:0.0} in the last: {(isBounded ? "flat" : "NOT FLAT")}"));
        }

        return isFlat;
    }

    private void Note(TimeSpan elapsed, string schedule)
    {
        using var process = Process.GetCurrentProcess();
        var sample = new Sample(
            elapsed,
            GC.GetTotalMemory(forceFullCollection: false) / Megabyte,
            process.WorkingSet64 / Megabyte,
            process.HandleCount,
            process.Threads.Count,
            writers.Max(w => w.GetSnapshot().OldestUndelivered).TotalSeconds);
        _samples.Add(sample);
        Console.WriteLine(FormattableString.Invariant(
            $"{elapsed.TotalSeconds,6:0} s  {schedule,-7} written={writers.Sum(w => w.WrittenTotal)} delivered={writers.Sum(w => w.GetSnapshot().Delivered)} checked={ledger.Delivered} heap={sample.Heap:0.0}MB workingset={sample.WorkingSet:0.0}MB handles={sample.Handles} threads={sample.Threads} age={sample.Age:0.0}s"));
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private sealed record Sample(TimeSpan Elapsed, double Heap, double WorkingSet, int Handles, int Threads, double Age);
}
