using OssLogSinks.Benchmarks.FrontDoors;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>
/// What is allocated besides the event. The text of an exception is made by the runtime, whoever asks for it; the second
/// pair of lines leaves that out.
/// </summary>
internal static class AllocationExperiment
{
    private const int MostRuns = 3;
    private const int TextAt = 0;
    private const int ClefAt = 1;
    private const int ReceiverAt = 2;
    private const int ExceptionReaderAt = 3;
    private static readonly Target TextTarget = new(64);
    private static readonly Target ClefTarget = new(32);

    public static Experiment Of(ExperimentScale scale) => new(
        "alloc",
        [
            scale.Side("OssAppend, rendering at the call", new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true }),
            scale.Side("OssAppend, CLEF, rendering at the call", new FrontDoorSettings(FrontDoorKind.SerilogOss) { RendersAtCall = true, Format = LineFormat.Clef }),
            scale.Side("a sink that receives the event", new FrontDoorSettings(FrontDoorKind.SerilogReceiver)),
            scale.Side("the same, calling ToString() of the exception that 2 % have", new FrontDoorSettings(FrontDoorKind.SerilogExceptionReader)),
        ],
        [
            Line("alloc_text", TextTarget, "bytes allocated per event: WriteTo.OssAppend rendering at the call, text - a sink that only receives the event", TextAt, ReceiverAt),
            Line("alloc_clef", ClefTarget, "the same, CLEF", ClefAt, ReceiverAt),
            Line("alloc_text_own", TextTarget, "text - a sink that receives the event and calls ToString() of its exception", TextAt, ExceptionReaderAt),
            Line("alloc_clef_own", ClefTarget, "the same, CLEF", ClefAt, ExceptionReaderAt),
        ])
    { MostRuns = MostRuns };

    private static RatioLine Line(string name, Target target, string what, int side, int against) =>
        new(name, target, what, f => f.Median(side, r => r.AllocatedPerEvent) - f.Median(against, r => r.AllocatedPerEvent));
}
