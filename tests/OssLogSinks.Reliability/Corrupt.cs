using System.Diagnostics;
using System.Globalization;
using OssLogSinks.Reliability.Corruption;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>
/// Buffers whose owner is dead and whose files are damaged, each taken over by an appender that has to start, to ship all
/// that is whole, and to report the rest.
/// </summary>
internal static class Corrupt
{
    private const int MostStreams = 6;

    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments arguments)
    {
        Console.WriteLine($"corrupt: rounds {arguments.FirstRound} to {arguments.FirstRound + arguments.Rounds - 1} to {service.Endpoint}, under '{arguments.Prefix}', buffer {arguments.BufferPath}");
        var watch = Stopwatch.StartNew();
        var sum = new CorruptResult();
        for (var i = 0; i < arguments.Rounds; i++)
            sum += await RunRoundAsync(service, arguments, arguments.FirstRound + i);

        if (arguments.ChosenBuffer is null && sum.IsGood && Directory.Exists(arguments.BufferPath))
            Directory.Delete(arguments.BufferPath, recursive: true);
        Console.WriteLine(FormattableString.Invariant($"{sum} rounds={arguments.Rounds} seconds={watch.Elapsed.TotalSeconds:0.0}"));
        return sum.IsGood;
    }

    private static async Task<CorruptResult> RunRoundAsync(ServiceUnderTest service, ReliabilityArguments arguments, int number)
    {
        // Of its own for each, so that a round can be run again alone.
        var random = new Random((arguments.Seed * 1_000_003) + number);
        var name = string.Create(CultureInfo.InvariantCulture, $"round{number}");
        var its = arguments with
        {
            ChosenPrefix = $"{arguments.Prefix}{name}/",
            ChosenBuffer = Path.Combine(arguments.BufferPath, name),
            Streams = random.Next(1, MostStreams + 1),
            Writers = 2,
            Seed = random.Next(1_000_000),
        };
        var round = new CorruptRound(service, its, random);
        CorruptResult result;
        try
        {
            result = await round.RunAsync();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{name}: {e}");
            result = new CorruptResult { Failed = 1 };
        }

        if (arguments.IsVerbose || !result.IsGood)
            await Console.Error.WriteLineAsync($"{name} ({round.Damage}): {result}{round.Reports}{(result.IsGood ? "" : $"\n  kept as found: {round.CopyPath}")}");
        if (result.IsGood)
        {
            Directory.Delete(its.BufferPath, recursive: true);
            if (Directory.Exists(round.CopyPath))
                Directory.Delete(round.CopyPath, recursive: true);
        }

        return result;
    }
}
