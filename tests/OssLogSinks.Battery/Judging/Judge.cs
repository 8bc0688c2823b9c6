using System.Diagnostics;
using System.Threading.Channels;

namespace OssLogSinks.Battery.Judging;

/// <summary>Runs every trial, prints one line for each, and says how many went as they must.</summary>
internal static class Judge
{
    // Processes wait for each other most of the time.
    private const int Workers = 2;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = JudgeArguments.Parse(arguments);
        var trials = Channel.CreateUnbounded<(int Number, Trial Trial)>();
        var number = 0;
        foreach (var trial in Trials.For(parsed).Where(trial => trial.Name.Contains(parsed.Only, StringComparison.Ordinal)))
            trials.Writer.TryWrite((number++, trial));

        trials.Writer.Complete();
        var results = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(parsed, trials.Reader)));
        var failed = results.Sum();
        Console.WriteLine($"{number - failed} trials passed, {failed} failed");
        return failed == 0 && number > 0 ? 0 : 1;
    }

    // Each worker has its own emulator, since the faults of one are the same for all.
    private static async Task<int> WorkAsync(JudgeArguments arguments, ChannelReader<(int Number, Trial Trial)> trials)
    {
        await using var emulator = await EmulatorProcess.StartAsync();
        var failed = 0;
        await foreach (var (number, trial) in trials.ReadAllAsync())
        {
            var bench = new Bench(arguments, emulator, number);
            var begun = Stopwatch.GetTimestamp();
            string result;
            try
            {
                result = await trial.RunAsync(bench);
            }
            catch (TrialException e)
            {
                result = "FAILED: " + e.Message;
                failed++;
            }

            await emulator.ClearFaultsAsync();
            Directory.Delete(bench.Folder, recursive: true);
            Console.WriteLine($"{trial.Name}: {result} ({Stopwatch.GetElapsedTime(begun).TotalSeconds:F1} s)");
        }

        return failed;
    }
}
