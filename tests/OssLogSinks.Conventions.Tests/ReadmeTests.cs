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

    public static TheoryData<string> PackageReadmes =>
        [.. Repository.ProjectFiles.Where(path => File.ReadAllText(path).Contains("<IsPackable>true", StringComparison.Ordinal))
            .Select(path => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(path)!).Replace('\\', '/') + "/README.md")];

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
    public void Links_LeadSomewhere(string document) =>
        Assert.All(Link().Matches(Repository.Read(document)), link =>
        {
            var path = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, link.Groups["path"].Value);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{link.Value} in {document} leads nowhere.");
            if (link.Groups["place"] is { Success: true, Value: var place })
                Assert.Contains(place, Headings(File.ReadAllText(path)));
        });

    [Theory]
    [MemberData(nameof(Documents))]
    public void TestsThatAreNamed_Exist(string document)
    {
        var tests = Repository.SourceFiles("tests").Where(path => path.EndsWith("Tests.cs", StringComparison.Ordinal))
            .ToLookup(path => Path.GetFileNameWithoutExtension(path), Repository.Read);

        Assert.All(Test().Matches(Repository.Read(document)), test => Assert.True(
            tests[test.Groups["class"].Value].Any(text => text.Contains($" {test.Groups["method"].Value}(", StringComparison.Ordinal)), $"{document} names {test.Value}, which is no test."));
    }

    [Fact]
    public void EveryDocument_IsReachedFromTheReadme()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(["README.md"]);
        while (open.TryPop(out var document))
        {
            if (!reached.Add(document))
                continue;

            foreach (Match link in Link().Matches(Repository.Read(document)))
            {
                var target = Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, link.Groups["path"].Value)).Replace('\\', '/');
                if (target.EndsWith(".md", StringComparison.Ordinal))
                    open.Push(target);
            }
        }

        Assert.Empty(Repository.Documents.Where(document => document.StartsWith("docs/", StringComparison.Ordinal)).Except(reached));
    }

    [Fact]
    public void Readme_IsShort() =>
        Assert.InRange(AnyBlock().Replace(Repository.Read("README.md"), "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, MostWords);

    // A package gallery shows it without the files beside it.
    [Theory]
    [MemberData(nameof(PackageReadmes))]
    public void PackageReadme_LinksToNoFile(string document) => Assert.Empty(Link().Matches(Repository.Read(document)).Select(link => link.Value));

    /// <summary>What a link to a document can name after its <c>#</c>: headings and anchors.</summary>
    internal static IEnumerable<string> Headings(string text) =>
        text.Split('\n').Where(line => line.StartsWith('#'))
            .Select(line => NoWord().Replace(line.TrimStart('#', ' ').TrimEnd('\r').ToLowerInvariant(), "").Replace(' ', '-'))
            .Concat(Anchor().Matches(text).Select(anchor => anchor.Groups["id"].Value));

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

    [GeneratedRegex("<a id=\"(?<id>[^\"]+)\"></a>")]
    private static partial Regex Anchor();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"\]\((?<path>[^)#:]+)(#(?<place>[^)]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<method>\w+)`")]
    private static partial Regex Test();

    [GeneratedRegex(@"[^\w -]")]
    private static partial Regex NoWord();
}
