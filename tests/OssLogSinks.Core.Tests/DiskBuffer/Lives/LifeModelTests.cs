using CsCheck;

namespace OssLogSinks.Core.Tests.DiskBuffer.Lives;

/// <summary>
/// The whole disk spool against a model of the world, over deaths of processes at any moment: a record that was confirmed to
/// be on disk stands in the bucket once, and none stands there twice. What a failing test prints is a story to play again.
/// </summary>
public class LifeModelTests
{
    [Fact]
    public void KilledAtAnyMoment_LosesAndDoublesNothing() => Check(Story.Of(OssBufferSync.EachWrite, Ending.Kill, Ending.Kill, Ending.Close), 20);

    [Fact]
    public void KilledWithoutSyncs_LosesAndDoublesNothing() => Check(Story.Of(OssBufferSync.None, Ending.Kill, Ending.Close), 20);

    [Fact]
    public void PowerCutAtAnyMoment_LosesAndDoublesNothing() => Check(Story.Of(OssBufferSync.EachWrite, Ending.PowerCut, Ending.PowerCut, Ending.Kill), 20);

    [Fact]
    public void PowerCutBetweenSyncs_LosesNothingConfirmedAndDoublesNothing() => Check(Story.Of(OssBufferSync.Interval, Ending.PowerCut, Ending.Kill), 20);

    [Fact]
    public void PowerCutWithoutSyncs_LosesNothingThatWasFlushedAndTearsNothing() => Check(Story.Of(OssBufferSync.None, Ending.PowerCut, Ending.Kill), 20, mayRepeat: true);

    // CsCheck_Iter in the environment asks for more: 100 is the usual. Threads are the system's own, so a story may need several plays.
    private static void Check(Gen<Story> stories, long iterations, bool mayRepeat = false) =>
        stories.Sample(s => StoryWorld.Play(s, mayRepeat), iter: iterations * CsCheck.Check.Iter / 100, threads: 2, print: s => s.ToString());
}
