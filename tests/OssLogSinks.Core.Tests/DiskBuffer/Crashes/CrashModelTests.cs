using CsCheck;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>
/// The whole disk buffer against a model of the world, over deaths of processes at any moment: a record that was confirmed to
/// be on disk is in the bucket exactly once. Files that are damaged meanwhile cost only records that were in them. A failing test
/// prints the scenario, to play it again.
/// </summary>
public class CrashModelTests
{
    [Fact]
    public void KilledAtAnyMoment_LosesAndDoublesNothing() => Check(CrashScenario.Of(OssBufferSync.EachWrite, ExitKind.Kill, ExitKind.Kill, ExitKind.Close), 20);

    [Fact]
    public void KilledWithoutSyncs_LosesAndDoublesNothing() => Check(CrashScenario.Of(OssBufferSync.None, ExitKind.Kill, ExitKind.Close), 20);

    [Fact]
    public void PowerCutAtAnyMoment_LosesAndDoublesNothing() => Check(CrashScenario.Of(OssBufferSync.EachWrite, ExitKind.PowerCut, ExitKind.PowerCut, ExitKind.Kill), 20);

    [Fact]
    public void PowerCutBetweenSyncs_LosesNothingConfirmedAndDoublesNothing() => Check(CrashScenario.Of(OssBufferSync.Interval, ExitKind.PowerCut, ExitKind.Kill), 20);

    [Fact]
    public void PowerCutWithoutSyncs_LosesNothingFlushedAndTearsNothing() => Check(CrashScenario.Of(OssBufferSync.None, ExitKind.PowerCut, ExitKind.Kill), 20, mayRepeat: true);

    [Fact]
    public void DamageWhileProcessesLive_CostsOnlyWhatItHits() =>
        Check(CrashScenario.WithDamage(OssBufferSync.EachWrite, ExitKind.Kill, ExitKind.Kill, ExitKind.Close), 20);

    [Fact]
    public void DamageAndPowerCuts_CostOnlyWhatTheyHit() =>
        Check(CrashScenario.WithDamage(OssBufferSync.EachWrite, ExitKind.PowerCut, ExitKind.Kill), 20);

    // CsCheck_Iter in the environment asks for more: 100 is the usual. Threads are the system's own, so a scenario may need several plays.
    private static void Check(Gen<CrashScenario> scenarios, long iterations, bool mayRepeat = false) =>
        scenarios.Sample(s => ScenarioWorld.Play(s, mayRepeat), iter: iterations * CsCheck.Check.Iter / 100, threads: 2, print: s => s.ToString());
}
