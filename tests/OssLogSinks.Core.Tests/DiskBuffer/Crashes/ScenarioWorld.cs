using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>Plays a scenario, gives one last process the time to ship everything, and takes stock.</summary>
internal sealed class ScenarioWorld(CrashScenario scenario, CrashWorld world)
{
    private readonly HashSet<string> _confirmed = [];
    private readonly Random _chance = new(scenario.Chance);

    /// <summary>Plays a scenario.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="mayRepeat">Whether what was stored may be stored again.</param>
    /// <exception cref="Violation">A property does not hold.</exception>
    public static void Play(CrashScenario scenario, bool mayRepeat) => PlayAsync(scenario, mayRepeat).GetAwaiter().GetResult();

    private static async Task PlayAsync(CrashScenario scenario, bool mayRepeat)
    {
        await using var world = new CrashWorld { Compression = scenario.IsCompressed ? OssCompression.Gzip : OssCompression.None, HasHeader = scenario.HasHeader };
        var told = new ScenarioWorld(scenario, world);
        await told.PlayAsync();
        new BucketContents(world.Bucket.Landings, told._confirmed, mayRepeat, scenario.HasHeader).Check();
        Violation.If(!mayRepeat && world.WasReported("is missing"), "A segment was deleted before the journal said so: " + world.AllReports());
    }

    private async Task PlayAsync()
    {
        var living = new List<Task>();
        foreach (var run in scenario.Runs)
        {
            var process = world.Begin(scenario.Sync, scenario.IsShared, wire: run.Wire);
            var task = Task.Run(() => RunAsync(process, run));
            living.Add(task);
            if (!run.Overlaps)
                await task;
        }

        await Task.WhenAll(living);

        // One more record, so that the last one has a folder of its own and is seen to work.
        var last = world.Begin(scenario.Sync, scenario.IsShared);
        Confirm(await last.WriteAsync(1));
        await world.ComeToRestAsync(last);
    }

    private async Task RunAsync(CrashProcess process, ProcessRun run)
    {
        if (run.ExitKind != ExitKind.Close)
            process.Disk.DieAfter(run.EndsAfter);
        foreach (var chunk in run.Chunks)
        {
            if (process.IsDead)
                break;

            Confirm(await process.WriteAsync(chunk));
        }

        if (run.ExitKind == ExitKind.Close)
            await process.CloseAsync();
        process.Disk.Die();
        if (run.ExitKind == ExitKind.PowerCut)
            world.CutPower(_chance.NextDouble);
    }

    private void Confirm(IReadOnlyList<string> records)
    {
        lock (_confirmed)
            _confirmed.UnionWith(records);
    }
}
