using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>Plays a scenario, gives one last process the time to ship everything, and takes stock.</summary>
internal sealed class ScenarioWorld(CrashScenario scenario, CrashWorld world)
{
    private readonly HashSet<string> _confirmed = [];
    private readonly Random _chance = new(scenario.Chance);
    private readonly LiveDamage _damage = new(world);

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
        told.CheckBucket(mayRepeat);
        Violation.If(!mayRepeat && !told._damage.HasHappened && world.WasReported("is missing"), "A segment was deleted before the journal said so: " + world.AllReports());
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
        await world.ComeToRestAsync(last, mayDrop: _damage.HasHappened);
    }

    private async Task RunAsync(CrashProcess process, ProcessRun run)
    {
        if (run.ExitKind != ExitKind.Close)
            process.Disk.DieAfter(run.EndsAfter);
        if (run.IsOssSilent)
            process.Otherwise = What.IsLost;
        for (var i = 0; i < run.Chunks.Length && !process.IsDead; i++)
        {
            Confirm(await process.WriteAsync(run.Chunks[i]));
            foreach (var damage in run.Damages.Where(damage => damage.AfterChunk == i))
                _damage.Happen(damage);
        }

        if (run.ExitKind == ExitKind.Close)
            await process.CloseAsync();
        process.Disk.Die();
        if (run.ExitKind == ExitKind.PowerCut)
            world.CutPower(_chance.NextDouble);
    }

    // What is damaged may be missing if it was counted, or reported where nothing tells how many records it had. All else is
    // there, and once unless a journal was damaged.
    private void CheckBucket(bool mayRepeat)
    {
        var contents = new BucketContents(world.Bucket.Landings, _confirmed.Except(_damage.Records).ToHashSet(), mayRepeat || _damage.HasHitAJournal, scenario.HasHeader) { MayReorder = _damage.HasHappened };
        contents.Check();
        var missing = _confirmed.Except(contents.Stored).ToArray();
        var counted = world.CountDropped();

        // Where the number of missing records is unknown, a report says so.
        string[] unknown = ["at least", "an unknown number", "may not be counted"];
        var isCountKnown = !unknown.Any(world.WasReported);
        Violation.If(isCountKnown && missing.Length > counted, $"{missing.Length} damaged records are missing, {counted} are counted: {string.Join(' ', missing.Select(line => line.Split('-')[0]))}\n{world.AllReports()}");
        Violation.If(missing.Length > 0 && world.AllReports().Length == 0, "Missing records are not reported.");
    }

    private void Confirm(IReadOnlyList<string> records)
    {
        lock (_confirmed)
            _confirmed.UnionWith(records);
    }
}
