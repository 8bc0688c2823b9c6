namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>The requests that find out what became of an append.</summary>
public class HostileReadTests : HostileRows
{
    public static TheoryData<string> Rows => Names(HostileReads.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Events_AreStoredOnceAndTheCauseIsNamed(string answer) => new HostileRun(Answers(HostileReads.All)[answer], isBuffered: false).DeliverAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public Task BufferedGzipEvents_AreStoredOnce(string answer) => new HostileRun(Answers(HostileReads.All)[answer], isBuffered: true).DeliverAsync();
}
