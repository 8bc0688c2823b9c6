using System.Diagnostics;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>Two processes that log to one disk buffer at the same time, and both end as they should.</summary>
internal static class Share
{
    private const int Processes = 2;

    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments asked)
    {
        var arguments = asked with { IsShared = asked.IsShared || asked.Seed % 2 == 0 };
        Console.WriteLine($"share: {Processes} x {arguments.Events} events through {arguments.Front} to {service.Endpoint}, under '{arguments.Prefix}', {(arguments.IsShared ? "shared objects" : "own objects")}, buffer {arguments.BufferPath}");
        var watch = Stopwatch.StartNew();
        if (arguments.FaultRate > 0)
            service.Emulator?.Faults.Random(arguments.FaultRate, arguments.Seed, arguments.Faults);
        await using var pool = new ChildPool(service, arguments);
        try
        {
            var children = Enumerable.Range(0, Processes).Select(_ => pool.Bear(arguments.Events)).ToArray();
            await Task.WhenAll(children.Select(pool.EndAsync));
        }
        catch (TimeoutException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return false;
        }

        var result = await CrashResult.ReadAsync(service, arguments, pool, drained: null, acts: 0, disk: null, watch);
        Console.WriteLine(result);
        return result.IsGood && result.Events.Accepted == Processes * (long)arguments.Events;
    }
}
