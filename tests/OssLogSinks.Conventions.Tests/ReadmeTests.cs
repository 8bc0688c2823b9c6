using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// What the README shows is what is compiled and run: a block that follows <c>&lt;!-- snippet: path#region --&gt;</c> equals
/// that region of that file, or the whole file when no region is named.
/// </summary>
public partial class ReadmeTests
{
    [Fact]
    public void Snippets_AreRegionsOfCompiledSamples()
    {
        var snippets = Snippet().Matches(Repository.Read("README.md"));

        Assert.True(snippets.Count >= 3);
        Assert.All(snippets, snippet => Assert.Equal(Region(snippet.Groups["path"].Value, snippet.Groups["region"].Value), snippet.Groups["text"].Value));
    }

    [Fact]
    public void EveryCodeBlockInALanguageOfOurs_IsASnippet()
    {
        var readme = Repository.Read("README.md");
        var blocks = Block().Count(readme);

        Assert.Equal(Snippet().Count(readme), blocks);
    }

    [Fact]
    public void Links_LeadSomewhere() =>
        Assert.All(Link().Matches(Repository.Read("README.md")), link =>
        {
            var path = Path.Combine(Repository.Root, link.Groups["path"].Value);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{link.Value} leads nowhere.");
        });

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

    [GeneratedRegex(@"<!-- snippet: (?<path>[^#\s]+)(#(?<region>\S+))? -->\n```\w+\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^```(csharp|xml|json)$", RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\((?<path>[^)#:]+)\)")]
    private static partial Regex Link();
}
