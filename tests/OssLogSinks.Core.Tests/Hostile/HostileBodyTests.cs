namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Bodies, encodings and documents.</summary>
public class HostileBodyTests : HostileRows
{
    public static TheoryData<string> Rows => Names(HostileBodies.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Events_AreStoredOnceAndTheCauseIsNamed(string answer) => new HostileRun(Answers(HostileBodies.All)[answer], isBuffered: false).DeliverAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public Task BufferedGzipEvents_AreStoredOnce(string answer) => new HostileRun(Answers(HostileBodies.All)[answer], isBuffered: true).DeliverAsync();
}
