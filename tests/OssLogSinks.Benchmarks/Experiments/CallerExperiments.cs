using OssLogSinks.Benchmarks.FrontDoors;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>
/// How long a logging call takes: at a pace that a busy service has, with and without an outage, and as fast as one thread
/// can, where both sides wait for space instead of dropping, so that they do the same work.
/// </summary>
internal static class CallerExperiments
{
    private const int Rate = 20_000;

    // So little space that an outage of ten seconds at this rate uses up the memory, then the queue, and ends with drops.
    private const long OutageMemoryLimit = 16 << 20;
    private const int OutageQueueLimit = 50_000;
    private static readonly TimeSpan OutageCloseTimeout = TimeSpan.FromSeconds(1);

    public static IEnumerable<Experiment> Of(ExperimentScale scale)
    {
        foreach (var (name, oss, file, against) in new[]
        {
            ("serilog", FrontDoorKind.SerilogOss, FrontDoorKind.SerilogAsyncFile, "Serilog.Sinks.Async(File)"),
            ("nlog", FrontDoorKind.NLogOss, FrontDoorKind.NLogAsyncFile, "AsyncWrapper(FileTarget)"),
            ("mel", FrontDoorKind.LoggingOss, FrontDoorKind.LoggingConsole, "the simple console without output"),
        })
        {
            yield return Paced(scale, name, new FrontDoorSettings(oss) { WaitsForSpace = false }, new FrontDoorSettings(file) { WaitsForSpace = false }, against);
            yield return FlatOut(scale, name, new FrontDoorSettings(oss), new FrontDoorSettings(file), against);
        }
    }

    private static Experiment Paced(ExperimentScale scale, string name, FrontDoorSettings oss, FrontDoorSettings file, string against)
    {
        var outage = oss with { MemoryLimitBytes = OutageMemoryLimit, QueueLimit = OutageQueueLimit, CloseTimeout = OutageCloseTimeout };
        return new Experiment(
            $"caller_ns_{name}",
            [
                Timed(scale.Side("OssAppend", oss), Rate, scale.Events / 5),
                Timed(scale.Side("OssAppend in an outage", outage), Rate, scale.Events / 5) with { IsInOutage = true },
                Timed(scale.Side(against, file), Rate, scale.Events / 5),

                // In no line: what the machine and the logger take by themselves.
                Timed(scale.Side("a Serilog sink that only receives the event", new FrontDoorSettings(FrontDoorKind.SerilogReceiver)), Rate, scale.Events / 5),
            ],
            [
                .. Lines($"caller_ns_{name}", 0, 2, $"OssAppend / {against}, {Rate} events/s"),
                new RatioLine($"caller_cpu_{name}", new Target(1.00), $"CPU per event at this pace: OssAppend / {against}, {Rate} events/s", f => f.Ratio(0, 2, r => r.CpuPerEvent)),
                .. Lines($"caller_ns_{name}_outage", 1, 2, $"OssAppend while OSS answers 503, until memory and queue are full and events are dropped / {against}, {Rate} events/s"),
            ]);
    }

    private static Experiment FlatOut(ExperimentScale scale, string name, FrontDoorSettings oss, FrontDoorSettings file, string against) => new(
        $"caller_ns_{name}_flat_out",
        [Timed(scale.Side("OssAppend", oss), 0, scale.Events), Timed(scale.Side(against, file), 0, scale.Events)],
        [.. Lines($"caller_ns_{name}_flat_out", 0, 1, $"OssAppend / {against}, flat out, both waiting for space")]);

    private static ComparedSide Timed(ComparedSide side, int rate, long events) =>
        side with { Order = side.Order with { TimesCalls = true, Rate = rate, Events = events } };

    private static IEnumerable<RatioLine> Lines(string name, int side, int against, string what) =>
    [
        new($"{name}_p50", new Target(1.00), $"time in the logging call, median: {what}", f => f.Ratio(side, against, r => r.CallMedian)),
        new($"{name}_p99.9", new Target(1.00), $"time in the logging call, 99.9 %: {what}", f => f.Ratio(side, against, r => r.CallTail)),
    ];
}
