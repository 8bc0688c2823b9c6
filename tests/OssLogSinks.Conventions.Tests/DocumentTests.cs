namespace OssLogSinks.Conventions.Tests;

/// <summary>A reader of the documents reaches every page, and every link leads somewhere.</summary>
public class DocumentTests
{
    // README.md, a page that it links to, and a page that this one links to.
    private const int MostClicks = 2;

    public static TheoryData<string> Documents => [.. Repository.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Link_LeadsToAFileAndAHeading(string document) =>
        Assert.All(Links(document).Where(link => !IsAbsolute(link)), link =>
        {
            var (path, anchor) = Split(link);
            var target = path.Length == 0 ? document : Target(document, path);
            Assert.True(File.Exists(InRepository(target)) || Directory.Exists(InRepository(target)), $"{document} links to {link}: there is no such file.");
            if (anchor.Length > 0 && IsPage(target))
                Assert.True(Markdown.Anchors(Repository.Read(target)).Contains(anchor), $"{document} links to {link}: there is no such heading.");
        });

    [Theory]
    [MemberData(nameof(Documents))]
    public void LinkToTheWeb_IsWellFormed(string document) =>
        Assert.All(Links(document).Where(IsAbsolute), link => Assert.True(
            Uri.IsWellFormedUriString(link, UriKind.Absolute) && new Uri(link) is { Scheme: "http" or "https", Host: var host } && host.Contains('.'), $"{document} links to {link}."));

    [Fact]
    public void Page_IsTwoClicksFromTheReadmeAtMost()
    {
        var reached = new HashSet<string>(["README.md"], StringComparer.Ordinal);
        IReadOnlyList<string> pages = ["README.md"];
        for (var click = 0; click < MostClicks; click++)
        {
            pages = [.. pages.SelectMany(page => Links(page).Where(link => !IsAbsolute(link)).Select(link => Target(page, Split(link).Path)))
                .Where(target => IsPage(target) && File.Exists(InRepository(target)) && reached.Add(target))];
        }

        // Package galleries show the READMEs of packages, and the forge shows the code of conduct.
        Assert.Empty(Repository.Documents.Where(document => !document.StartsWith("src/", StringComparison.Ordinal) && document != "CODE_OF_CONDUCT.md").Except(reached));
    }

    [Theory]
    [InlineData("## Add a setting", "add-a-setting")]
    [InlineData("### `OssException`: what it *means* #", "ossexception-what-it-means")]
    [InlineData("# C# / .NET 10, step_by-step", "c--net-10-step_by-step")]
    [InlineData("## See [the page](page.md)", "see-the-page")]
    [InlineData("# Again\n## Again", "again-1")]
    [InlineData("<a id=\"here\"></a>", "here")]
    public void Heading_HasTheAnchorThatGitHubGives(string text, string anchor) => Assert.Contains(anchor, Markdown.Anchors(text));

    [Fact]
    public void CodeBlock_HasNeitherHeadingsNorLinks()
    {
        const string text = "```sh\n# a comment [x](y)\n```\n`[x](y)`";

        Assert.Empty(Markdown.Anchors(text));
        Assert.Empty(Markdown.Links(text));
    }

    [Theory]
    [InlineData("[a](b.md#c)", "b.md#c")]
    [InlineData("![a](b.svg \"title\")", "b.svg")]
    [InlineData("[a]: https://example.org", "https://example.org")]
    [InlineData("<img src=\"b.svg\">", "b.svg")]
    [InlineData("<https://example.org>", "https://example.org")]
    public void Link_IsFoundInEachForm(string text, string target) => Assert.Equal([target], Markdown.Links(text));

    private static IReadOnlyList<string> Links(string document) => Markdown.Links(Repository.Read(document));

    private static bool IsAbsolute(string link) => link.Contains(':', StringComparison.Ordinal);

    private static bool IsPage(string path) => path.EndsWith(".md", StringComparison.Ordinal);

    private static (string Path, string Anchor) Split(string link) =>
        link.IndexOf('#', StringComparison.Ordinal) is >= 0 and var hash ? (link[..hash], link[(hash + 1)..]) : (link, "");

    private static string Target(string document, string path) =>
        Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, path)).Replace('\\', '/');

    private static string InRepository(string path) => Path.Combine(Repository.Root, path);
}
