using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Lives;

/// <summary>Plays a story, gives one last process the time to ship everything, and takes stock.</summary>
internal sealed class StoryWorld(Story story, LivesWorld world)
{
    private readonly HashSet<string> _confirmed = [];
    private readonly Random _chance = new(story.Chance);

    /// <summary>Plays a story.</summary>
    /// <param name="story">The story.</param>
    /// <param name="mayRepeat">Whether what was stored may be stored again.</param>
    /// <exception cref="Violation">A property does not hold.</exception>
    public static void Play(Story story, bool mayRepeat) => PlayAsync(story, mayRepeat).GetAwaiter().GetResult();

    private static async Task PlayAsync(Story story, bool mayRepeat)
    {
        await using var world = new LivesWorld { Compression = story.IsCompressed ? OssCompression.Gzip : OssCompression.None, HasHeader = story.HasHeader };
        var told = new StoryWorld(story, world);
        await told.PlayAsync();
        new StoryStock(world.Bucket.Landings, told._confirmed, mayRepeat, story.HasHeader).Check();
        Violation.If(!mayRepeat && world.WasReported("is missing"), "A segment was deleted before the journal said so: " + world.AllReports());
    }

    private async Task PlayAsync()
    {
        var living = new List<Task>();
        foreach (var life in story.Lives)
        {
            var process = world.Begin(story.Sync, story.IsShared, wire: life.Wire);
            var task = Task.Run(() => LiveAsync(process, life));
            living.Add(task);
            if (!life.Overlaps)
                await task;
        }

        await Task.WhenAll(living);

        // One more record, so that the last one has a folder of its own and is seen to work.
        var last = world.Begin(story.Sync, story.IsShared);
        Confirm(await last.WriteAsync(1));
        await world.ComeToRestAsync(last);
    }

    private async Task LiveAsync(MortalProcess process, Life life)
    {
        if (life.Ending != Ending.Close)
            process.Disk.DieAfter(life.EndsAfter);
        foreach (var chunk in life.Chunks)
        {
            if (process.IsDead)
                break;

            Confirm(await process.WriteAsync(chunk));
        }

        if (life.Ending == Ending.Close)
            await process.CloseAsync();
        process.Disk.Die();
        if (life.Ending == Ending.PowerCut)
            world.CutPower(_chance.NextDouble);
    }

    private void Confirm(IReadOnlyList<string> records)
    {
        lock (_confirmed)
            _confirmed.UnionWith(records);
    }
}
