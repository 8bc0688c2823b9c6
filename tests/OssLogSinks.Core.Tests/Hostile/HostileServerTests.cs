namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>
/// What any server, gateway or attacker may answer, against the whole delivery: nothing is lost or doubled once OSS answers again, and the
/// report says what it was. What a server that is believed can do, one with a trusted certificate that answers as OSS does, is no part of it.
/// </summary>
public abstract class HostileServerTests
{
    internal static Dictionary<string, HostileAnswer> Answers(IEnumerable<HostileAnswer> answers) => answers.ToDictionary(answer => answer.Name);

    internal static TheoryData<string> Names(IEnumerable<HostileAnswer> answers) => [.. answers.Select(answer => answer.Name)];
}

public class HostileConnectionTests : HostileServerTests
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

public class HostileHeadTests : HostileServerTests
{
    public static TheoryData<string> Rows => Names(HostileHeads.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Events_AreStoredOnceAndTheCauseIsNamed(string answer) => new HostileRun(Answers(HostileHeads.All)[answer], isBuffered: false).DeliverAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public Task BufferedGzipEvents_AreStoredOnce(string answer) => new HostileRun(Answers(HostileHeads.All)[answer], isBuffered: true).DeliverAsync();
}

public class HostileBodyTests : HostileServerTests
{
    public static TheoryData<string> Rows => Names(HostileBodies.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Events_AreStoredOnceAndTheCauseIsNamed(string answer) => new HostileRun(Answers(HostileBodies.All)[answer], isBuffered: false).DeliverAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public Task BufferedGzipEvents_AreStoredOnce(string answer) => new HostileRun(Answers(HostileBodies.All)[answer], isBuffered: true).DeliverAsync();
}

public class HostileReadTests : HostileServerTests
{
    public static TheoryData<string> Rows => Names(HostileReads.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Events_AreStoredOnceAndTheCauseIsNamed(string answer) => new HostileRun(Answers(HostileReads.All)[answer], isBuffered: false).DeliverAsync();

    [Theory]
    [MemberData(nameof(Rows))]
    public Task BufferedGzipEvents_AreStoredOnce(string answer) => new HostileRun(Answers(HostileReads.All)[answer], isBuffered: true).DeliverAsync();
}
