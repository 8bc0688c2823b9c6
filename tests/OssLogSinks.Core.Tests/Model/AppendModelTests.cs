using CsCheck;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>
/// The append protocol against a model of the service: any faults, in any order, between any two requests. What a failing
/// test prints is a scenario to play again in <see cref="ReplayTests"/>.
/// </summary>
public class AppendModelTests
{
    [Fact]
    public void OneWriter_LosesAndDoublesNothingAndKeepsTheOrder() => Check(Scenario.Of(0), iterations: 1000);

    [Fact]
    public void TwoWritersOfOneObject_LoseAndDoubleNothingAndKeepTheirOrder() => Check(Scenario.Of(0, 0), iterations: 700);

    [Fact]
    public void FourStreamsOfOneWriter_AreStoredOnceAndInOrder() => Check(Scenario.Of(0, 1, 2, 3), iterations: 300);

    // CsCheck_Iter in the environment asks for more: 100 is the usual.
    private static void Check(Gen<Scenario> scenarios, long iterations) =>
        scenarios.Sample(ModelWorld.Play, iter: iterations * CsCheck.Check.Iter / 100, print: s => s.ToString());
}
