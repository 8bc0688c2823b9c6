using OssLogSinks.Benchmarks.FrontDoors;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>Processor time per event against a local file, nothing dropped on either side.</summary>
internal static class CpuExperiments
{
    public static IEnumerable<Experiment> Of(ExperimentScale scale)
    {
        var file = scale.Side("Serilog.Sinks.File, buffered", new FrontDoorSettings(FrontDoorKind.SerilogFile));
        yield return Pair(
            new RatioLine("serilog_text_cpu", new Target(1.00), "CPU per event: WriteTo.OssAppend rendering at the call / Serilog.Sinks.File buffered, same template", Cpu),
            scale.Side("OssAppend, rendering at the call", new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true }),
            file);
        yield return Pair(
            new RatioLine("serilog_batched_cpu", new Target(1.50), "CPU per event: WriteTo.OssAppend, batched / Serilog.Sinks.File buffered, same template", Cpu),
            scale.Side("OssAppend, batched", new FrontDoorSettings(FrontDoorKind.SerilogOss)),
            file);
        yield return Pair(
            new RatioLine("serilog_clef_cpu", new Target(0.60), "CPU per event: WriteTo.OssAppend with own CLEF, rendering at the call / Serilog.Sinks.File buffered with CompactJsonFormatter", Cpu),
            scale.Side("OssAppend, CLEF, rendering at the call", new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true, Format = LineFormat.Clef }),
            scale.Side("Serilog.Sinks.File, buffered, CompactJsonFormatter", new FrontDoorSettings(FrontDoorKind.SerilogFile) { Format = LineFormat.Clef }));
        yield return Pair(
            new RatioLine("mel_text_cpu", new Target(0.80), "CPU per event: AddOssAppend / Serilog.Extensions.Logging with Serilog.Sinks.File buffered, each with its own text", Cpu),
            scale.Side("AddOssAppend", new FrontDoorSettings(FrontDoorKind.LoggingOss)),
            scale.Side("Serilog.Extensions.Logging, Serilog.Sinks.File, buffered", new FrontDoorSettings(FrontDoorKind.LoggingSerilogFile)));
        yield return Pair(
            new RatioLine("mel_clef_cpu", new Target(0.80), "CPU per event: AddOssAppend with CLEF / Serilog.Extensions.Logging with Serilog.Sinks.File buffered and CompactJsonFormatter", Cpu),
            scale.Side("AddOssAppend, CLEF", new FrontDoorSettings(FrontDoorKind.LoggingOss) { Format = LineFormat.Clef }),
            scale.Side("Serilog.Extensions.Logging, Serilog.Sinks.File, buffered, CompactJsonFormatter", new FrontDoorSettings(FrontDoorKind.LoggingSerilogFile) { Format = LineFormat.Clef }));
        yield return new Experiment(
            "nlog_text_cpu",
            [
                scale.Side("OssAppend target", new FrontDoorSettings(FrontDoorKind.NLogOss)),
                scale.Side("OssAppend target, rendering at the call", new FrontDoorSettings(FrontDoorKind.NLogOss) { RendersAtCall = true }),
                scale.Side("FileTarget kept open, in an AsyncWrapper", new FrontDoorSettings(FrontDoorKind.NLogAsyncFile)),
            ],
            [
                new RatioLine("nlog_text_cpu", new Target(1.00), "CPU per event: OssAppend target / FileTarget kept open in an AsyncWrapper, same layout", f => f.Ratio(0, 2, r => r.CpuPerEvent)),
                new RatioLine("nlog_text_cpu_at_call", new Target(1.00), "the same, rendering at the call", f => f.Ratio(1, 2, r => r.CpuPerEvent)),
            ]);
    }

    private static Experiment Pair(RatioLine line, ComparedSide ours, ComparedSide theirs) => new(line.Name, [ours, theirs], [line]);

    private static double Cpu(Findings findings) => findings.Ratio(0, 1, report => report.CpuPerEvent);
}
