using static OssLogSinks.Core.Tests.Model.What;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>Scenarios that the model has found, or would find first if the protocol lost one of its rules.</summary>
public class ReplayTests
{
    private const int NoLimit = 1 << 20;

    [Fact]
    public void LostAnswerInAnObjectMadeAgainToTheSameLength_IsReadBack() => ModelWorld.Play(
        new Scenario([0], [[6], [6]], NoLimit, true, [(0, Goes), (0, Goes), (0, IsDeleted), (0, ForeignWriterSameLength), (0, AnswerIsLost)]));

    [Fact]
    public void LateAppendInAnObjectMadeAgainByTheOtherWriter_IsReadBack() => ModelWorld.Play(
        new Scenario([0, 0], [[7], [6, 6, 7]], 13, true,
            [(0, AnswerIsLost), (1, Goes), (0, Goes), (1, Goes), (0, IsDeleted), (0, GivesUp), (0, AnswerIsLost), (1, IsLate), (0, IsLate), (1, IsNotFound), (1, Goes)]));

    [Fact]
    public void ForeignWriterOfTheSameLength_IsNotTrusted() => ModelWorld.Play(
        new Scenario([0], [[6]], NoLimit, true, [(0, Goes), (0, IsLost), (0, ForeignWriterSameLength)]));

    [Fact]
    public void ForeignWriterBehindALostAnswer_IsLookedBehind() => ModelWorld.Play(
        new Scenario([0], [[6]], NoLimit, true, [(0, Goes), (0, AnswerIsLost), (0, ForeignWriterLonger)]));

    [Fact]
    public void ForeignSameBytesAndMoreAfterARefusal_AreNotTakenForOurs() => ModelWorld.Play(
        new Scenario([0], [[6], [6]], NoLimit, true, [(0, Goes), (0, Goes), (0, ForeignWriterSameBytesAndMore), (0, Goes)]));

    [Fact]
    public void LateAppendAfterALookThatMissedIt_IsNotDoubled() => ModelWorld.Play(
        new Scenario([0], [[6, 6, 6]], NoLimit, true, [(0, Goes), (0, IsLate), (0, Goes), (0, Lands), (0, Goes)]));

    [Fact]
    public void LostAnswerThenASeal_IsResolvedBeforeTheNextObject() => ModelWorld.Play(
        new Scenario([0], [[6], [6]], NoLimit, true, [(0, Goes), (0, AnswerIsLost), (0, IsLost), (0, IsSealed)]));

    [Fact]
    public void LateAppendThenALock_IsResolvedBeforeTheNextObject() => ModelWorld.Play(
        new Scenario([0], [[6], [6]], NoLimit, true, [(0, Goes), (0, IsLate), (0, Goes), (0, Lands), (0, IsLocked), (0, Goes)]));

    [Fact]
    public void RestartOnARolledStream_FindsItsPositionByLooking() => ModelWorld.Play(
        new Scenario([0], [[6, 7], [12], [6]], 13, true, [(0, Goes), (0, Goes), (0, Goes), (0, IsLate), (0, Restarts), (0, Goes), (0, Lands)]));

    [Fact]
    public void AppendThatLandsInAnObjectMadeAgain_IsBeyondAnyWriter() => ModelWorld.Play(
        new Scenario([0], [[12]], NoLimit, true, [(0, Goes), (0, IsLate), (0, ForeignWriterShorter), (0, Goes), (0, IsDeleted), (0, Lands)]));

    [Fact]
    public void ForeignSameBytesWhileInDoubt_AreTakenForOurs() => ModelWorld.Play(
        new Scenario([0], [[6], [6]], NoLimit, true, [(0, Goes), (0, IsLost), (0, ForeignWriterSameBytes)]));
}
