using OssLogSinks.Benchmarks.FrontDoors;
using OssLogSinks.Benchmarks.Services;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>Events a second until all of them are in OSS, against the sink that a user writes today.</summary>
internal static class HandmadeExperiments
{
    public static IEnumerable<Experiment> Of(ExperimentScale scale) => [AtDelay(scale, 0, 3), AtDelay(scale, 20, 10)];

    private static Experiment AtDelay(ExperimentScale scale, int milliseconds, double target)
    {
        var name = $"handmade_{milliseconds}ms";
        var what = $"throughput until all is stored: WriteTo.OssAppend / a batched sink of 1000 events, a MemoryStream and one append a batch; answers take {milliseconds} ms more";
        return new Experiment(
            name,
            [
                scale.Side("OssAppend, batched", new FrontDoorSettings(FrontDoorKind.SerilogOss)),
                scale.Side("OssAppend, rendering at the call", new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true }),
                scale.Side("handmade", new FrontDoorSettings(FrontDoorKind.SerilogHandmade)),
            ],
            [
                new RatioLine(name, new Target(target, IsLeast: true), what, f => f.Ratio(2, 0, r => r.WallPerEvent)),
                new RatioLine(name + "_at_call", new Target(target, IsLeast: true), "the same, rendering at the call", f => f.Ratio(2, 1, r => r.WallPerEvent)),
            ])
        { Service = new EmulatorOrder { DelayMilliseconds = milliseconds } };
    }
}
