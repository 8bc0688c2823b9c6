using System.Diagnostics;
using OssLogSinks.Core;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Draining;

/// <summary>A child that empties a buffer and watches its own memory meanwhile, apart from the OSS that it drains to.</summary>
internal static class BufferDrainer
{
    public const string Command = "drain-child";

    private const double Megabyte = 1 << 20;

    // The working set's bound: what an empty process has, memory for what is under way, and the runtime's own slack.
    private const double MostGrowth = 400;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string orderText)
    {
        _ = Task.Run(ParentProcess.EndWithItAsync);
        var order = ChildOrder.Parse(orderText);
        await using var service = await ServiceUnderTest.OpenAsync();
        var latest = new LatestProgress();
        var options = CoreFrontDoor.OptionsFor(FrontDoorSettings.For(service, order.Arguments, Pace.Drain, order.Number), latest);
        var watch = Stopwatch.StartNew();
        var samples = new List<(TimeSpan At, double Heap, double WorkingSet)> { Sample(watch) };
        var draining = OssAppender.DrainAsync(order.BufferPath, options, latest);
        while (await Task.WhenAny(draining, Task.Delay(Interval)) != draining)
        {
            samples.Add(Sample(watch));
            var (at, heap, workingSet) = samples[^1];
            if (samples.Count % 10 == 0)
                Console.WriteLine(FormattableString.Invariant($"{at.TotalSeconds,6:0} s  delivered={latest.Value?.Delivered} left={latest.Value?.BytesLeft / Megabyte:0}MB heap={heap:0.0}MB workingset={workingSet:0.0}MB"));
        }

        var done = await draining;
        samples.Add(Sample(watch));
        var warm = samples.FirstOrDefault(s => s.At >= WarmUp, samples[0]);
        var isFlat = samples.Max(s => s.WorkingSet) <= samples[0].WorkingSet + MostGrowth;
        Console.WriteLine(FormattableString.Invariant(
            $"heap MB: {samples[0].Heap:0.0} at the start, {warm.Heap:0.0} warm, {samples.Max(s => s.Heap):0.0} at most, {samples[^1].Heap:0.0} at the end"));
        Console.WriteLine(FormattableString.Invariant(
            $"working set MB: {samples[0].WorkingSet:0.0} at the start, {warm.WorkingSet:0.0} warm, {samples.Max(s => s.WorkingSet):0.0} at most, {samples[^1].WorkingSet:0.0} at the end: {(isFlat ? "flat" : "NOT FLAT")}"));
        Console.WriteLine(FormattableString.Invariant(
            $"drained folders={done.Folders} inuse={done.FoldersInUse} delivered={done.Delivered} quarantined={done.Quarantined} left={done.BytesLeft} seconds={watch.Elapsed.TotalSeconds:0.0} MB/s={done.Delivered * BufferFiller.LineLength / 1e6 / watch.Elapsed.TotalSeconds:0.0}"));
        return isFlat && done.Delivered == order.Events && done.Quarantined == 0 ? 0 : 1;
    }

    private static (TimeSpan At, double Heap, double WorkingSet) Sample(Stopwatch watch)
    {
        using var process = Process.GetCurrentProcess();
        return (watch.Elapsed, GC.GetTotalMemory(forceFullCollection: false) / Megabyte, process.WorkingSet64 / Megabyte);
    }
}
