using System.Text;
using CsCheck;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>An append that was under way when its process died, and some of whose records are gone from the disk since.</summary>
public class OrphanedAppendTests
{
    // The CI runs the explicit ones too.
    [Theory]
    [InlineData(OssCompression.None, 100, Explicit = true)]
    [InlineData(OssCompression.Gzip, 100, Explicit = true)]
    [InlineData(OssCompression.Gzip, 25)]
    public void OneDamagedBlock_LeavesTheOthersStoredOnce(OssCompression compression, int rounds)
    {
        var outcomes = Gen.Int[0, 2].Select(i => new[] { What.IsLost, What.AnswerIsLost, What.IsLate }[i]);
        var landing = Gen.Int[0, 3].Select(i => new[] { What.Goes, What.Lands, What.IsLate, What.ForeignWriterLonger }[i]).Array[0, 5];
        Gen.Select(outcomes, Gen.Bool.Array[6], landing).Sample(
            (outcome, damaged, wire) => PlayAsync(compression, outcome, damaged, wire).GetAwaiter().GetResult(), iter: rounds, threads: 2);
    }

    [Fact]
    public async Task StreamInALaterObjectMeanwhile_ContinuesThere()
    {
        await using var world = new CrashWorld();
        var killed = world.Begin(isShared: true, streams: 1, wire: [What.Goes, What.IsLost]);
        killed.Otherwise = What.IsLost;
        var first = await killed.WriteAsync(1);
        await world.UntilAsync(() => killed.IsWireOver, () => "The process sends nothing.");
        var second = await killed.WriteAsync(1);
        killed.Disk.Die();
        world.Bucket.AppendAsForeignWriter("all/s0_001");

        // Its own record comes after them: in the first object before the append, it would be right to go on in the later one.
        var next = world.Begin(isShared: true, streams: 1);
        await world.UntilAsync(() => world.Bucket.Landings.Count(l => l.Append.Writer is not null) == 2, () => "Nothing is taken over.");
        await next.WriteAsync(1);
        await world.ComeToRestAsync(next);

        var places = world.Bucket.Landings.ToDictionary(l => Encoding.UTF8.GetString(l.Append.Body), l => l.Key);
        Assert.Equal("all/s0", places[first.Single()]);
        Assert.Equal("all/s0_001", places[second.Single()]);
    }

    [Fact]
    public async Task ThreeDeadProcessesAtOnePosition_FirstLandsLast_StoredOnce()
    {
        await using var world = new CrashWorld { HasHeader = true };
        var first = world.Begin(streams: 1, wire: [What.Goes, What.IsLate]);
        first.Otherwise = What.IsLost;
        var written = await first.WriteAsync(2);
        await world.UntilAsync(() => first.IsWireOver, () => "The first sends nothing.");
        first.Disk.Die();
        for (var i = 0; i < 2; i++)
        {
            // It asks what became of it, and sends its own bytes, which are lost.
            var next = world.Begin(streams: 1, wire: [What.Goes, What.IsLost]);
            next.Otherwise = What.IsLost;
            await world.UntilAsync(() => next.IsWireOver, () => "The next takes nothing over.");
            next.Disk.Die();
        }

        var last = world.Begin(streams: 1, wire: [What.Lands]);
        await last.WriteAsync(1);
        await world.ComeToRestAsync(last);

        var contents = new BucketContents(world.Bucket.Landings, written.ToHashSet(), hasHeader: true);
        contents.Check();
        Assert.Equal(3, contents.Stored.Count);
    }

    // The next process deletes a file because of a journal entry that the killed one has not synced. If the entry did not survive the power cut
    // and the deletion did, the file would be reported as missing.
    [Theory]
    [InlineData(16, 40, Explicit = true)]
    public void KillWhileShipping_ThenPowerCutInTheTakeover_ReportsNothing(int kills, int cuts) =>
        Parallel.For(0, kills * cuts, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => PlayTakeoverAsync(i / cuts, i % cuts).GetAwaiter().GetResult());

    private static async Task PlayTakeoverAsync(int kill, int cut)
    {
        await using var world = new CrashWorld();
        var killed = world.Begin(streams: 1);
        killed.Otherwise = What.IsLost;
        var written = new HashSet<string>();
        for (var i = 0; i < 4; i++)
            written.UnionWith(await killed.WriteAsync(8));
        killed.Disk.DieAfter(kill);
        killed.Otherwise = What.Goes;
        var shipping = killed.FlushAsync();
        await Task.WhenAny(killed.Death, shipping);
        killed.Disk.Die();

        var next = world.Begin(streams: 1);
        next.Disk.DieAfter(cut);
        await next.WriteAsync(1);
        await world.UntilAsync(() => next.IsDead || world.Folders().Count <= 1, () => "The next takes nothing over.");
        world.CutPower(new Random((100 * kill) + cut).NextDouble);

        var last = world.Begin(streams: 1);
        await last.WriteAsync(1);
        await world.ComeToRestAsync(last);

        var contents = new BucketContents(world.Bucket.Landings, written);
        contents.Check();
        Violation.If(world.WasReported("is missing"), $"Killed after {kill}, cut after {cut}: {world.AllReports()}");
    }

    private static async Task PlayAsync(OssCompression compression, What outcome, bool[] damaged, What[] wire)
    {
        // The object is looked for, then the append goes out with all that was written at once.
        await using var orphan = await OrphanFixture.MakeAsync(compression, [2, 2, 2], streams: 1, What.Goes, outcome);
        foreach (var (record, isDamaged) in orphan.Records.Zip(damaged))
        {
            if (isDamaged)
                orphan.Damage(record);
        }

        var stored = await orphan.ShipAsync(wire);
        // Two records share a block, and damage costs both.
        var missing = orphan.Records.Where((r, i) => !damaged[i] && !damaged[i ^ 1]).Except(stored).ToArray();
        Violation.If(missing.Length > 0, $"Missing: {string.Join(' ', missing)}");
    }
}
