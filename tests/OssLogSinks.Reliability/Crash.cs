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
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1.5);

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
        await using var pool = new ChildPool(service, arguments, disk);
        var foreignWriter = ForeignWriter.Begin(service, arguments);
        try
        {
            // The last kill takes the process that has logged the rest, if that is not to ship it too.
            var kills = isDrained ? arguments.Kills - 1 : arguments.Kills;
            await pool.KillAsync(kills, lines: arguments.Overlaps ? 2 : 1);
            Console.WriteLine($"{pool.Kills} kills after {watch.Elapsed.TotalSeconds:0.0} s ({pool.KillMoments}); shipping what is left");
            var drained = await ShipRestAsync(service, arguments, pool, isDrained);
            if (foreignWriter is not null)
                await foreignWriter.DisposeAsync();
            var result = await CrashResult.ReadAsync(service, arguments, pool, drained, foreignWriter?.Acts ?? 0, disk, watch);
            var isVerified = !arguments.HasSequence || await Verification.RunAsync(service, arguments);
            Console.WriteLine(result);
            return isVerified && result.IsGood;
        }
        catch (TimeoutException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return false;
        }
    }

    private static async Task<OssDrainProgress?> ShipRestAsync(ServiceUnderTest service, ReliabilityArguments arguments, ChildPool pool, bool isDrained)
    {
        var last = pool.BearLast();
        await last.WhenAsync(ChildMessage.Written);
        if (!isDrained)
        {
            await BufferIsShippedAsync(arguments.BufferPath, last);
            await last.AskToCloseAsync();
            await pool.EndAsync(last);
            return null;
        }

        last.Kill();
        await pool.EndAsync(last);
        return await DrainAsync(service, arguments);
    }

    private static async Task<OssDrainProgress> DrainAsync(ServiceUnderTest service, ReliabilityArguments arguments)
    {
        var latest = new LatestProgress();
        using var timeout = new CancellationTokenSource(LongestWait);
        var options = CoreFrontDoor.OptionsFor(FrontDoorSettings.For(service, arguments, Pace.Crash, writer: 0), latest);
        try
        {
            return await OssAppender.DrainAsync(arguments.BufferPath, options, latest, timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"The drain is stuck at {latest.Value}. Buffer: {BufferFolder.Describe(arguments.BufferPath)}");
        }
    }

    // Only the living child's own folder may be left.
    private static async Task BufferIsShippedAsync(string bufferPath, ChildProcess last)
    {
        // Otherwise, what it leaves is counted in the end, and what it lost.
        if (!await BufferFolder.WhenAsync(bufferPath, owners => owners.Count <= 1, LongestWait, last.Ended))
            await Console.Error.WriteLineAsync((await last.StuckAsync("the dead processes' folders to be shipped")).Message);
    }
}
