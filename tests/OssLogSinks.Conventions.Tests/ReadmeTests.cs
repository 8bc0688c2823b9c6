using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// What README and docs show is what is compiled and run: a block that follows <c>&lt;!-- snippet: path#region --&gt;</c> equals
/// that region of that file, or the whole file when no region is named.
/// </summary>
public partial class ReadmeTests
{
    private const int MostWords = 900;

    public static TheoryData<string> Documents => [.. Repository.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Snippets_AreRegionsOfCompiledSamples(string document) =>
        Assert.All(
            Snippet().Matches(Repository.Read(document)),
            snippet => Assert.Equal(Region(snippet.Groups["path"].Value, snippet.Groups["region"].Value), snippet.Groups["text"].Value));

    [Theory]
    [InlineData("WriteTo.OssAppend(")]
    [InlineData("LogManager.Setup()")]
    [InlineData("xsi:type=\"OssAppend\"")]
    [InlineData("AddOssAppend()")]
    public void Readme_ShowsEachFrontDoor(string use) =>
        Assert.Contains(Snippet().Matches(Repository.Read("README.md")), snippet => snippet.Groups["text"].Value.Contains(use, StringComparison.Ordinal));

    [Theory]
    [InlineData("dotnet run --project samples/Quickstart")]
    [InlineData("dotnet test")]
    [InlineData("dotnet pack -o artifacts/packages")]
    public void Readme_HasTheSetUpCommands(string command) => Assert.Contains($"\n{command}\n", Repository.Read("README.md"));

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryCodeBlockInALanguageOfOurs_IsASnippet(string document)
    {
        var text = Repository.Read(document);
        var blocks = Block().Count(text);

        Assert.Equal(Snippet().Matches(text).Count(snippet => Block().IsMatch("```" + snippet.Groups["language"].Value)), blocks);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void TestsThatAreNamed_Exist(string document)
    {
        var tests = Repository.SourceFiles("tests").Where(path => path.EndsWith("Tests.cs", StringComparison.Ordinal))
            .ToLookup(path => Path.GetFileNameWithoutExtension(path), Repository.Read);

        Assert.All(Test().Matches(Repository.Read(document)), test =>
        {
            var (type, method) = (test.Groups["class"].Value, test.Groups["method"].Value);
            Assert.True(tests[type].Any(text => method.Length == 0 || text.Contains($" {method}(", StringComparison.Ordinal)), $"{document} names {test.Value}, which is no test.");
        });
    }

    [Fact]
    public void Readme_IsShort() =>
        Assert.InRange(Markdown.WithoutCodeBlocks(Repository.Read("README.md")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, MostWords);

    private static string Region(string path, string region)
    {
        var text = Repository.Read(path);
        if (region.Length == 0)
            return text;

        var lines = text.Split('\n');
        var start = Array.FindIndex(lines, l => l.Trim() == $"// snippet: {region}");
        var end = Array.FindIndex(lines, Math.Max(start, 0), l => l.Trim() == "// end");
        Assert.True(start >= 0 && end > start, $"{path} has no region '{region}'.");
        var body = lines[(start + 1)..end];
        var indent = body.Where(l => l.Trim().Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', body.Select(l => l.Length >= indent ? l[indent..] : l)) + "\n";
    }

    [GeneratedRegex(@"<!-- snippet: (?<path>[^#\s]+)(#(?<region>\S+))? -->\n```(?<language>\w+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^```(csharp|xml|json)$", RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex Test();
}
