namespace OssLogSinks.Reliability.Children;

/// <summary>When a child is killed: so long after a moment of its life. Drawn so that kills meet every phase.</summary>
/// <param name="After">The word that the moment follows.</param>
/// <param name="Events">How many events have to be on disk as well.</param>
/// <param name="Wait">How long after that.</param>
/// <param name="Lead">How far the child may log ahead of the disk.</param>
/// <param name="End">Whether the child closes by itself meanwhile.</param>
internal sealed record KillPlan(ChildMessage After, long Events, TimeSpan Wait, long Lead, ChildEnd End)
{
    private static readonly long[] Leads = [200, 1000, long.MaxValue];

    public static KillPlan Draw(Random random, long events)
    {
        var lead = Leads[random.Next(Leads.Length)];
        var phase = random.Next(100);
        return phase < 15 ? new(ChildMessage.Started, 0, Up(random, 250), lead, ChildEnd.Stay)
            : phase < 35 ? new(ChildMessage.Ready, 0, Up(random, 80), lead, ChildEnd.Stay)
            : phase < 70 ? new(ChildMessage.Ready, random.NextInt64(1, events + 1), Up(random, 20), lead, ChildEnd.Stay)
            : phase < 85 ? new(ChildMessage.Written, 0, Up(random, 300), lead, ChildEnd.Stay)
            : new(ChildMessage.Closing, 0, Up(random, 60), lead, ChildEnd.Close);
    }

    /// <summary>Waits for the moment, or for the child's own end.</summary>
    public async Task WaitAsync(ChildProcess child)
    {
        await child.WhenAsync($"{After} with {Events} events on disk", () => child.HasSaid(After) && child.OnDiskTotal >= Events);

        // The pause is the plan: a kill at any moment of the phase.
        await Task.Delay(Wait);
    }

    // Short waits more often than long ones: most happens at the beginning of a phase.
    private static TimeSpan Up(Random random, double milliseconds) => TimeSpan.FromMilliseconds(milliseconds * Math.Pow(random.NextDouble(), 2));
}
