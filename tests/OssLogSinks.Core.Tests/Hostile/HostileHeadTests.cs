namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Status lines and headers.</summary>
public class HostileHeadTests : HostileRows
{
    public static TheoryData<string> Rows => Names(HostileHeads.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Events_AreStoredOnceAndTheCauseIsNamed(string answer) => new HostileRun(Answers(HostileHeads.All)[answer], isBuffered: false).DeliverAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public Task BufferedGzipEvents_AreStoredOnce(string answer) => new HostileRun(Answers(HostileHeads.All)[answer], isBuffered: true).DeliverAsync();
}
