namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Before, during and after a request, and in TLS.</summary>
public class HostileConnectionTests : HostileRows
{
    public static TheoryData<string> Rows => Names(HostileConnections.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Events_AreStoredOnceAndTheCauseIsNamed(string answer) => new HostileRun(Answers(HostileConnections.All)[answer], isBuffered: false).DeliverAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public Task BufferedGzipEvents_AreStoredOnce(string answer) => new HostileRun(Answers(HostileConnections.All)[answer], isBuffered: true).DeliverAsync();

    [Fact]
    public void Suite_HasAHundredAnswers() =>
        Assert.InRange(HostileConnections.All.Concat(HostileHeads.All).Concat(HostileBodies.All).Concat(HostileReads.All).Select(answer => answer.Name).Distinct().Count(), 100, int.MaxValue);
}
