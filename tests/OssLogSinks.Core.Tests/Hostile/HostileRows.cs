namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>
/// What any server, gateway or attacker may answer, against the whole delivery: nothing is lost or doubled once OSS answers again, and the
/// report says what it was. What a server that is believed can do, one with a trusted certificate that answers as OSS does, is no part of it.
/// </summary>
public abstract class HostileRows
{
    internal static Dictionary<string, HostileAnswer> Answers(IEnumerable<HostileAnswer> answers) => answers.ToDictionary(answer => answer.Name);

    internal static TheoryData<string> Names(IEnumerable<HostileAnswer> answers) => [.. answers.Select(answer => answer.Name)];
}
