using System.Diagnostics;
using OssLogSinks.Benchmarks.Experiments;
using OssLogSinks.Benchmarks.Reports;
using OssLogSinks.Benchmarks.Services;

namespace OssLogSinks.Benchmarks;

/// <summary>Runs the experiments one after the other and tells what they found.</summary>
internal static class Ratios
{
    private const string Command = "dotnet run -c Release --project tests/OssLogSinks.Benchmarks -- ratios";

    /// <returns>Whether every line was told, on target or not.</returns>
    public static async Task<bool> RunAsync(RatioArguments arguments, string[] args)
    {
        var watch = Stopwatch.StartNew();
        var report = new RatioReport(string.Join(' ', args.Prepend(Command)), arguments.Scale);
        await using var emulators = new EmulatorProcesses();
        var isWhole = true;
        foreach (var experiment in arguments.Experiments)
        {
            try
            {
                // All sides at once where the figures do not count.
                var turns = arguments.IsQuick ? experiment with { IsConcurrent = true } : experiment;
                report.Add(experiment, await ExperimentRun.RunAsync(turns, arguments.Runs, emulators));
            }
            catch (InvalidOperationException e)
            {
                await Console.Error.WriteLineAsync($"{experiment.Name} failed: {e.Message}");
                isWhole = false;
            }
        }

        if (arguments.ReportPath is { } path)
            report.Save(path);
        Console.WriteLine($"took {watch.Elapsed.TotalMinutes:0.0} min");
        return isWhole;
    }
}
