using OssLogSinks.Benchmarks.FrontDoors;
using OssLogSinks.Benchmarks.Sides;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>What goes over the wire and what that costs, and what the disk costs in front of it.</summary>
internal static class WireExperiments
{
    public static IEnumerable<Experiment> Of(ExperimentScale scale)
    {
        var batched = new FrontDoorSettings(FrontDoorKind.SerilogOss);
        var atCall = new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true };
        yield return new Experiment(
            "requests",
            [scale.Side("OssAppend, batched", new FrontDoorSettings(FrontDoorKind.SerilogOss))],
            [new RatioLine("requests", new Target(50), "appends per 1,000,000 events, flat out", f => f.Median(0, r => r.AppendsPerMillion))]);
        yield return new Experiment(
            "wire_cpu",
            [scale.Side("OssAppend", atCall), scale.Side("OssAppend with a client in memory", atCall with { HasMemoryClient = true })],
            [new RatioLine("wire_cpu", new Target(0.10), "share of the CPU in signing, CRC-64 and HTTP: (OssAppend - the same with a client in memory + CRC-64 alone) / OssAppend, rendering at the call", WireShare)]);
        yield return new Experiment(
            "gzip",
            [scale.Side("OssAppend, batched, gzip", batched with { Compresses = true }), scale.Side("OssAppend, batched", batched)],
            [
                new RatioLine("gzip_cpu", new Target(2.50), "CPU per event: compression gzip / none", f => f.Ratio(0, 1, r => r.CpuPerEvent)),
                new RatioLine("gzip_bytes", new Target(0.15), "bytes in the objects: compression gzip / none", f => f.Ratio(0, 1, r => r.BytesPerEvent)),
            ]);
        var clef = batched with { Format = LineFormat.Clef };
        yield return new Experiment(
            "sequence",
            [
                scale.Side("OssAppend, batched, text with numbers", batched with { HasSequence = true }),
                scale.Side("OssAppend, batched, text", batched),
                scale.Side("OssAppend, batched, CLEF with numbers", clef with { HasSequence = true }),
                scale.Side("OssAppend, batched, CLEF", clef),
            ],
            [
                new RatioLine("sequence_cpu", new Target(1.20), "CPU per event: includeSequence on / off, text", f => f.Ratio(0, 1, r => r.CpuPerEvent)),
                new RatioLine("sequence_clef_cpu", new Target(1.20), "the same, CLEF", f => f.Ratio(2, 3, r => r.CpuPerEvent)),
                new RatioLine("sequence_bytes", new Target(30), "bytes that includeSequence adds to an event, text", f => f.Median(0, r => r.BytesPerEvent) - f.Median(1, r => r.BytesPerEvent)),
                new RatioLine("sequence_clef_bytes", new Target(60), "the same, CLEF", f => f.Median(2, r => r.BytesPerEvent) - f.Median(3, r => r.BytesPerEvent)),
            ]);
        yield return new Experiment(
            "durable_cpu",
            [
                scale.Side("OssAppend, batched, buffer on disk, synced with each write", batched with { HasBuffer = true }),
                scale.Side("OssAppend, batched, memory", batched),
                scale.Side("the same at the call, buffer on disk", atCall with { HasBuffer = true }),
                scale.Side("the same at the call, memory", atCall),
            ],
            [
                new RatioLine("durable_cpu", new Target(1.50), "CPU per event: buffer on disk, synced with each write / memory", f => f.Ratio(0, 1, r => r.CpuPerEvent)),
                new RatioLine("durable_cpu_at_call", new Target(1.50), "the same, rendering at the call", f => f.Ratio(2, 3, r => r.CpuPerEvent)),
            ]);
    }

    // The core computes the CRC-64 whatever the client is, so it is measured by itself.
    private static double WireShare(Findings findings)
    {
        var whole = findings.Median(0, r => r.CpuPerEvent);
        return (whole - findings.Median(1, r => r.CpuPerEvent) + findings.Median(1, CrcPerEvent)) / whole;
    }

    private static double CrcPerEvent(SideReport report) => report.CrcMicroseconds / report.Events;
}
