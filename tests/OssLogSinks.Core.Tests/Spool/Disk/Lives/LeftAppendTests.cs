using CsCheck;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.Spool.Disk.Lives;

/// <summary>An append that was under way when its process died, and some of whose records are gone from the disk since.</summary>
public class LeftAppendTests
{
    [Fact]
    public void AnyOfItsRecordsDamaged_TheOthersStandOnceWhateverBecameOfIt()
    {
        var fates = Gen.Int[0, 2].Select(i => new[] { What.IsLost, What.AnswerIsLost, What.IsLate }[i]);
        var landing = Gen.Int[0, 3].Select(i => new[] { What.Goes, What.Lands, What.IsLate, What.StrangerLonger }[i]).Array[0, 5];
        Gen.Select(fates, Gen.Bool.Array[6], landing).Sample(
            (fate, damaged, wire) => PlayAsync(fate, damaged, wire).GetAwaiter().GetResult(), iter: 100, threads: 2);
    }

    private static async Task PlayAsync(What fate, bool[] damaged, What[] wire)
    {
        // The object is looked for, then the append goes out with all that was written at once.
        await using var left = await LeftFolder.MakeAsync([damaged.Length], streams: 1, What.Goes, fate);
        foreach (var (record, isDamaged) in left.Records.Zip(damaged))
            if (isDamaged)
                left.Damage(record);

        var stored = await left.ShipAsync(wire);
        var missing = left.Records.Where((r, i) => !damaged[i]).Except(stored).ToArray();
        Violation.If(missing.Length > 0, $"Missing: {string.Join(' ', missing)}");
    }
}
