using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>Names of tests: a failing test is found by its name alone, and the documents name tests as proofs.</summary>
public partial class TestNameTests
{
    private const int LongestName = 59;

    // Documents of the repository, and the tests that they name.
    private static readonly string[] Documents =
        ["README.md", .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Repository.Root, path))];

    private static readonly string[] TestFiles =
        [.. Repository.SourceFiles("tests").Where(path => path.Split('/')[1] is var project && (project.EndsWith(".Tests", StringComparison.Ordinal) || project is "OssLogSinks.Testing" or "OssLogSinks.Contract"))];

    [Fact]
    public void Tests_SaySituationAndOutcomeBriefly() =>
        Assert.All(TestFiles.SelectMany(path => NamesIn(path).Select(name => (path, name))), test =>
        {
            Assert.True(SituationAndOutcome().IsMatch(test.name), $"{test.path}: {test.name} is not Situation_Outcome.");
            Assert.True(test.name.Length <= LongestName, $"{test.path}: {test.name} has {test.name.Length} characters, more than {LongestName}.");
        });

    [Fact]
    public void TypesOfTestProjects_HaveUniqueNames() =>
        Assert.All(
            TestFiles.SelectMany(path => TopLevelType().Matches(Repository.Read(path)).Select(match => (path, name: match.Groups["name"].Value))).ToLookup(type => type.name, type => type.path),
            type => Assert.Single(type.Distinct()));

    [Fact]
    public void TestsThatDocumentsName_Exist()
    {
        var tests = TestFiles.ToLookup(path => Path.GetFileNameWithoutExtension(path), NamesIn);

        Assert.All(Documents, document => Assert.All(NamedTest().Matches(Repository.Read(document)), match =>
        {
            var name = match.Groups["name"].Value;
            var found = tests[match.Groups["class"].Value].SelectMany(names => names).ToArray();
            Assert.True(found.Length > 0 && (name.Length == 0 || found.Contains(name)), $"{document}: there is no {match.Value}.");
        }));
    }

    private static IEnumerable<string> NamesIn(string path) => Test().Matches(Repository.Read(path)).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"^\ *\[(?:Fact|Theory)\b.*?^\ *public [^\n(=]*?\b(?<name>\w+)\(", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Test();

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(?:_[A-Z0-9][A-Za-z0-9]*)+$")]
    private static partial Regex SituationAndOutcome();

    [GeneratedRegex(@"^(?:public |internal |file )?(?:sealed |static |abstract |partial |readonly |ref )*(?:class|record struct|record|struct|enum|interface) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"`(?<class>[A-Z]\w+Tests)(?:\.(?<name>[A-Z]\w+))?`")]
    private static partial Regex NamedTest();
}
