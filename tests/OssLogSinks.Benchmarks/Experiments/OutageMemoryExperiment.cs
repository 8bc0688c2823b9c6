using OssLogSinks.Benchmarks.FrontDoors;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>
/// How much memory an outage takes: the highest working set while OSS answers 503, less what it was before the first of its
/// events. The warm-up is short, so that what it leaves in pools is no present.
/// </summary>
internal static class OutageMemoryExperiment
{
    private const int Rate = 5000;
    private const long WarmUp = 10_000;
    private const long MemoryLimitBytes = 64 << 20;
    private const long Allowance = 48 << 20;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    public static Experiment Of(ExperimentScale scale)
    {
        // Ten minutes at full scale.
        var events = scale.Events * 3;
        var minutes = FormattableString.Invariant($"{events / 60.0 / Rate:0.##} min of 503 at {Rate} events/s");
        return new Experiment(
            "outage_memory",
            [
                Side(scale, "Serilog, batched", new FrontDoorSettings(FrontDoorKind.SerilogOss), events),
                Side(scale, "Serilog, rendering at the call", new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true }, events),
                Side(scale, "NLog", new FrontDoorSettings(FrontDoorKind.NLogOss), events),
            ],
            [
                Line("outage_memory", 0, $"growth of the working set in {minutes} / memory limit of 64 MiB + 48 MiB; Serilog, batched"),
                Line("outage_memory_at_call", 1, "the same, rendering at the call"),
                Line("outage_memory_nlog", 2, "the same, NLog"),
            ])
        { IsConcurrent = true, MostRuns = 1 };
    }

    private static ComparedSide Side(ExperimentScale scale, string label, FrontDoorSettings frontDoor, long events)
    {
        var side = scale.Side(label, frontDoor with { WaitsForSpace = false, MemoryLimitBytes = MemoryLimitBytes, CloseTimeout = CloseTimeout });
        return side with
        {
            IsInOutage = true,
            Order = side.Order with { Events = events, Rate = Rate, WarmUp = Math.Min(WarmUp, side.Order.WarmUp), WatchesMemory = true },
        };
    }

    private static RatioLine Line(string name, int side, string what) =>
        new(name, new Target(1.00), what, f => f.Median(side, r => r.MemoryGrowth) / (MemoryLimitBytes + Allowance));
}
