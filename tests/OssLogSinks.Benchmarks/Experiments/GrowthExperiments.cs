using OssLogSinks.Benchmarks.FrontDoors;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>Whether an event costs more when there are many, or many streams.</summary>
internal static class GrowthExperiments
{
    private const int Streams = 1000;
    private const int ManyStreams = 20_000;
    private const int VeryManyStreams = 200_000;

    public static IEnumerable<Experiment> Of(ExperimentScale scale)
    {
        var atCall = new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true };
        var (many, few) = (scale.Events * 10, Math.Max(1, scale.Events / 10));
        yield return new Experiment(
            "growth_events",
            [Sized(scale.Side($"OssAppend, {many:N0} events", atCall), many), Sized(scale.Side($"OssAppend, {few:N0} events", atCall), few)],
            [new RatioLine("growth_events", new Target(1.10), $"CPU per event: {many:N0} events / {few:N0}, rendering at the call", Cpu)]);

        var split = atCall with { SplitsByClient = true };
        yield return OfStreams(scale, "growth_streams", split, scale.Events);

        // What each stream costs once, its HEAD and its first memory, is spread over more events.
        yield return OfStreams(scale, "growth_streams_long", split, 4 * scale.Events);

        // Without a wire, and with memory for few events an append: what an append costs must not depend on
        // how many streams there are.
        var unwired = split with { HasMemoryClient = true };
        yield return new Experiment(
            "many_streams",
            [Split(scale.Side($"OssAppend, {VeryManyStreams:N0} streams", unwired), VeryManyStreams), Split(scale.Side($"OssAppend, {ManyStreams:N0} streams", unwired), ManyStreams)],
            [new RatioLine("many_streams", new Target(5), $"CPU per event: {VeryManyStreams:N0} streams / {ManyStreams:N0}, by a property in the key, with a client in memory", Cpu)]);
    }

    private static Experiment OfStreams(ExperimentScale scale, string name, FrontDoorSettings split, long events) => new(
        name,
        [Sized(Split(scale.Side($"OssAppend, {Streams:N0} streams", split), Streams), events), Sized(Split(scale.Side("OssAppend, 1 stream", split), 1), events)],
        [new RatioLine(name, new Target(1.30), $"CPU per event: {Streams:N0} streams / 1, {events:N0} events, by a property in the key, rendering at the call", Cpu)]);

    private static ComparedSide Sized(ComparedSide side, long events) => side with { Order = side.Order with { Events = events } };

    private static ComparedSide Split(ComparedSide side, int clients) => side with { Order = side.Order with { Clients = clients } };

    private static double Cpu(Findings findings) => findings.Ratio(0, 1, report => report.CpuPerEvent);
}
