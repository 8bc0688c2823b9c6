using System.Diagnostics;
using System.Runtime;
using OssLogSinks.Benchmarks.Events;
using OssLogSinks.Benchmarks.FrontDoors;
using OssLogSinks.Benchmarks.Services;

namespace OssLogSinks.Benchmarks.Sides;

/// <summary>A side's own process: warms up, measures one run, says what it found.</summary>
internal sealed class Side
{
    // The runtime compiles code again in the background, twice: when it has been called so many times, and some time after the last new code.
    private const int RoundsPerSettling = 32;
    private const int PacedRounds = 3;
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(250);

    private readonly SideOrder _order;
    private readonly Request[] _requests;

    private Side(SideOrder order)
    {
        _order = order;
        _requests = RequestTraffic.Create(order.Clients);
    }

    public static int Run(string orderText)
    {
        _ = Task.Run(ChildProgram.EndWithParentAsync);
        var side = new Side(SideOrder.Parse(orderText));
        side.WarmUp();
        var report = side.Measure();
        Console.WriteLine(report);
        return side.IsSound(report) ? 0 : 1;
    }

    private void WarmUp()
    {
        for (var round = 1; round <= _order.WarmUpRounds; round++)
        {
            WarmUp(round, rate: 0, _order.WarmUp / _order.WarmUpRounds);
            if (round % RoundsPerSettling == 0 || round == _order.WarmUpRounds)
                AwaitCompiler();
        }

        // At a fixed rate, other code runs than at full speed.
        for (var round = 1; _order.Rate > 0 && round <= PacedRounds; round++)
        {
            WarmUp(_order.WarmUpRounds + round, _order.Rate, Math.Min(_order.Events, _order.Rate));
            AwaitCompiler();
        }

        // Aggressive gives unused memory back to the system, so that the working set begins low.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private void WarmUp(int round, int rate, long events)
    {
        var frontDoor = OpenFrontDoor(round, _order.FrontDoor with { WaitsForSpace = true });
        new Load(frontDoor, _requests) { Rate = rate, Times = _order.TimesCalls ? new CallTimes() : null }.Run(events);
        frontDoor.Close();
    }

    private static void AwaitCompiler()
    {
        // The runtime does not say that its background compiler is idle: it is, if a quiet time passes in which it compiles nothing.
        for (var before = -1L; JitInfo.GetCompiledMethodCount() is var now && now != before; before = now)
            Thread.Sleep(QuietTime);
    }

    private SideReport Measure()
    {
        var frontDoor = OpenFrontDoor(0, _order.Outage is { } outage ? _order.FrontDoor with { Service = outage } : _order.FrontDoor);
        var times = _order.TimesCalls ? new CallTimes() : null;
        using var memory = _order.WatchesMemory ? new WorkingSetWatch() : null;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var collections = CountCollections();
        var compiling = JitInfo.GetCompilationTime();
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();

        new Load(frontDoor, _requests) { Rate = _order.Rate, Times = times }.Run(_order.Events);
        var counts = frontDoor.Close();

        return new SideReport(_order.Events, counts)
        {
            WallMicroseconds = watch.Elapsed.TotalMicroseconds,
            CpuMicroseconds = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds,
            CompilingMicroseconds = (JitInfo.GetCompilationTime() - compiling).TotalMicroseconds,
            AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - allocated,
            Collections = [.. CountCollections().Zip(collections, (now, before) => now - before)],
            CallMedian = times?.Percentile(0.5) ?? 0,
            CallTail = times?.Percentile(0.999) ?? 0,
            MemoryGrowth = memory?.Growth ?? 0,
            CrcMicroseconds = _order.FrontDoor.HasMemoryClient ? CrcCost.Of(counts.Bytes) : 0,
        };
    }

    private static int[] CountCollections() => [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(GC.CollectionCount)];

    // Objects and files of each front door's own: what the one before has opened costs the next nothing, and gives it nothing.
    private static IFrontDoor OpenFrontDoor(int round, FrontDoorSettings settings)
    {
        var folder = Path.Combine(settings.Folder, $"{round}");
        Directory.CreateDirectory(folder);
        return (settings with { Folder = folder, Prefix = $"{settings.Prefix}/{round}" }).Open();
    }

    // What is compared has to have done the same work.
    private bool IsSound(SideReport report)
    {
        var isSound = _order.Outage is not null || (report.Counts.Dropped == 0 && (report.Counts.Delivered ?? _order.Events) == _order.Events);
        if (!isSound)
            Console.Error.WriteLine($"{_order.FrontDoor.Kind}: of {_order.Events} events {report.Counts.Delivered} arrived, {report.Counts.Dropped} were dropped");
        return isSound;
    }
}
