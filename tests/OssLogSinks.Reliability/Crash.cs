using System.Diagnostics;
using OssLogSinks.Core;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.DiskFaults;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>
/// Processes that log to a disk buffer as fast as they can, each killed at some moment and followed by the next on the same
/// folder. Everything that one of them had on disk has to be in the bucket once in the end, and nothing twice.
/// </summary>
internal static class Crash
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1.5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments asked)
    {
        // Odd seeds: objects of each process's own; even: objects that all share. Of both, every other is drained from outside.
        var arguments = asked with { IsShared = asked.IsShared || asked.Seed % 2 == 0 };
        var isDrained = arguments.Seed / 2 % 2 == 1;
        Console.WriteLine($"crash: {arguments.Events} events, {arguments.Kills} kills{(arguments.Overlaps ? ", two at a time" : "")}, through {arguments.Front} to {service.Endpoint}, under '{arguments.Prefix}', {(arguments.IsShared ? "shared objects" : "own objects")}, {(isDrained ? "drained by the parent" : "shipped by the last process")}, buffer {arguments.BufferPath}");
        var watch = Stopwatch.StartNew();
        if (arguments.FaultRate > 0)
            service.Emulator?.Faults.Random(arguments.FaultRate, arguments.Seed, arguments.Faults);
        using var disk = await FaultyDisk.CreateAsync(arguments);
        await using var brood = new Brood(service, arguments, disk);
        var stranger = Stranger.Begin(service, arguments);
        try
        {
            // The last kill takes the process that has logged the rest, if that is not to ship it too.
            var kills = isDrained ? arguments.Kills - 1 : arguments.Kills;
            await brood.KillAsync(kills, lines: arguments.Overlaps ? 2 : 1);
            Console.WriteLine($"{brood.Kills} kills after {watch.Elapsed.TotalSeconds:0.0} s ({brood.KillMoments}); shipping what is left");
            var drained = await ShipRestAsync(service, arguments, brood, isDrained);
            if (stranger is not null)
                await stranger.DisposeAsync();
            var result = await CrashResult.ReadAsync(service, arguments, brood, drained, stranger?.Acts ?? 0, disk, watch);
            Console.WriteLine(result);
            return result.IsGood;
        }
        catch (TimeoutException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return false;
        }
    }

    private static async Task<OssDrainProgress?> ShipRestAsync(ServiceUnderTest service, ReliabilityArguments arguments, Brood brood, bool isDrained)
    {
        var last = brood.BearLast();
        await last.WhenAsync(ChildWord.Written);
        if (!isDrained)
        {
            await BufferIsShippedAsync(arguments.BufferPath, last);
            await last.AskToCloseAsync();
            await brood.EndAsync(last);
            return null;
        }

        last.Kill();
        await brood.EndAsync(last);
        return await DrainAsync(service, arguments);
    }

    private static async Task<OssDrainProgress> DrainAsync(ServiceUnderTest service, ReliabilityArguments arguments)
    {
        var latest = new LatestProgress();
        using var patience = new CancellationTokenSource(Patience);
        var options = CoreFrontDoor.OptionsFor(FrontDoorSettings.For(service, arguments, Pace.Crash, writer: 0), latest);
        try
        {
            return await OssAppender.DrainAsync(arguments.BufferPath, options, latest, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"The drain is stuck at {latest.Value}. Buffer: {BufferFolder.Describe(arguments.BufferPath)}");
        }
    }

    // Only the living child's own folder may be left.
    private static async Task BufferIsShippedAsync(string bufferPath, ChildProcess last)
    {
        var watch = Stopwatch.StartNew();
        while (BufferFolder.Owners(bufferPath).Count > 1)
        {
            // What it leaves is counted in the end, and what it lost.
            if (watch.Elapsed > Patience || last.HasEnded)
            {
                await Console.Error.WriteLineAsync((await last.StuckAsync("the dead processes' folders to be shipped")).Message);
                return;
            }

            await Task.Delay(Glance);
        }
    }
}
