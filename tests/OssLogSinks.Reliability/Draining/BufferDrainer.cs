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

    // How much more the last third may have than the first: a factor, and an amount for chance.
    private const double MostFactor = 1.25;
    private const double MostMore = 24;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

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

        // At a rate: samples of the memory.
        while (await Task.WhenAny(draining, Task.Delay(Interval)) != draining)
        {
            samples.Add(Sample(watch));
            var (at, heap, workingSet) = samples[^1];
            if (samples.Count % 5 == 0)
                Console.WriteLine(FormattableString.Invariant($"{at.TotalSeconds,6:0} s  delivered={latest.Value?.Delivered} left={latest.Value?.BytesLeft / Megabyte:0}MB heap={heap:0.0}MB workingset={workingSet:0.0}MB"));
        }

        var done = await draining;
        samples.Add(Sample(watch));

        // Without the empty process before, and the emptied one behind.
        var during = samples.Count > 8 ? samples[1..^1] : samples;
        var isFlat = IsFlat("heap MB", [.. during.Select(s => s.Heap)], samples[0].Heap, samples[^1].Heap)
            & IsFlat("working set MB", [.. during.Select(s => s.WorkingSet)], samples[0].WorkingSet, samples[^1].WorkingSet);
        Console.WriteLine(FormattableString.Invariant(
            $"drained folders={done.Folders} inuse={done.FoldersInUse} delivered={done.Delivered} quarantined={done.Quarantined} left={done.BytesLeft} seconds={watch.Elapsed.TotalSeconds:0.0} MB/s={done.Delivered * BufferFiller.LineLength / 1e6 / watch.Elapsed.TotalSeconds:0.0}"));
        return isFlat && done.Delivered == order.Events && done.Quarantined == 0 ? 0 : 1;
    }

    private static bool IsFlat(string name, double[] during, double start, double end)
    {
        var third = Math.Max(1, during.Length / 3);
        var (first, last) = (Middle(during[..third]), Middle(during[^third..]));
        var isFlat = last <= (first * MostFactor) + MostMore;
        Console.WriteLine(FormattableString.Invariant(
            $"{name}: {start:0.0} at the start, {first:0.0} in the first third, {last:0.0} in the last, {during.Max():0.0} at most, {end:0.0} at the end: {(isFlat ? "flat" : "NOT FLAT")}"));
        return isFlat;
    }

    private static double Middle(double[] values) => values.Order().ElementAt(values.Length / 2);

    // What lives, not what waits to be collected: growth must not hide in the collector's leisure.
    private static (TimeSpan At, double Heap, double WorkingSet) Sample(Stopwatch watch)
    {
        using var process = Process.GetCurrentProcess();
        return (watch.Elapsed, GC.GetTotalMemory(forceFullCollection: true) / Megabyte, process.WorkingSet64 / Megabyte);
    }
}
