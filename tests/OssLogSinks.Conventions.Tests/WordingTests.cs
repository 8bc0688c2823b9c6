using System.Text.Json;
using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>Documents and comments are in plain English.</summary>
public partial class WordingTests
{
    // Each with what to write instead.
    private static readonly Dictionary<string, string> Banned = new(StringComparer.OrdinalIgnoreCase)
    {
        ["stand"] = "be, have, follow",
        ["stands"] = "is, has, follows",
        ["stood"] = "was, had",
        ["fate"] = "outcome",
        ["anew"] = "again",
        ["whoever"] = "the one who",
        ["whosoever"] = "the one who",
        ["thereof"] = "of it",
        ["whatever"] = "any, every, even if",
        ["as it were"] = "leave it out",
        ["be it"] = "leave it out, or: if it is",
        ["his"] = "your, its, their",
        ["meet"] = "see, find, get",
        ["meets"] = "sees, finds, gets",
        ["met"] = "saw, found, got",
        ["mending"] = "repairing, fixing, correcting",
        ["likes"] = "name the choice",
        ["mend"] = "repair, fix, correct",
        ["mended"] = "repaired, fixed, corrected",
        ["mends"] = "repairs, fixes, corrects",
        ["wants"] = "needs",
        ["gives way"] = "is dropped",
        ["give way"] = "are dropped",
        ["out of its own"] = "by itself",
    };

    public static TheoryData<string> Documents => [.. Repository.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_HasNoBannedWord(string document) => AssertPlain(document, Markdown.WithoutCodeBlocks(Repository.Read(document)));

    [Fact]
    public void Comments_HaveNoBannedWord() =>
        Assert.All(Repository.SourceFiles("src"), path => AssertPlain(path, Comments(Repository.Read(path))));

    [Theory]
    [InlineData("No line ends in the\nthe same word.", "the\nthe")]
    [InlineData("/// Waits for for it.", "for for")]
    [InlineData("`FILE FILE`, and\n\nand so on.", "")]
    public void DoubledWord_IsFoundWithinAParagraph(string text, string found) =>
        Assert.Equal(found.Length == 0 ? [] : [found], DoubledWords(text));

    [Fact]
    public void Comment_IsReadWhereverItIsOnItsLine() =>
        Assert.Equal("Why.\nUnit.\nHow.", Comments("// Why.\nint a; // Unit.\n/// How.\nvar b = \"https://example.org\";"));

    [Fact]
    public void WordsThatTheSpellingKnows_AreSorted()
    {
        using var settings = JsonDocument.Parse(Repository.Read(".ci/spelling/cspell.json"));
        var words = settings.RootElement.GetProperty("words").EnumerateArray().Select(word => word.GetString()!).ToArray();

        Assert.Equal(words.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase), words);
    }

    private static void AssertPlain(string path, string text)
    {
        var found = Banned.Where(word => Regex.IsMatch(text, $@"\b{word.Key}\b", RegexOptions.IgnoreCase)).Select(word => $"'{word.Key}' (write: {word.Value})");
        Assert.True(!found.Any(), $"{path}: {string.Join(", ", found)}");
        Assert.Empty(DoubledWords(text));
    }

    private static IEnumerable<string> DoubledWords(string text) => Doubled().Matches(CodeSpan().Replace(text, "``")).Select(match => match.Value);

    private static string Comments(string code) => string.Join('\n', Comment().Matches(code).Select(match => match.Groups["text"].Value));

    [GeneratedRegex(@"(^|[ \t])///?[ ](?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\b(?<word>[a-z]+)([ \t]+|[ \t]*\n[ \t]*)\k<word>\b", RegexOptions.IgnoreCase)]
    private static partial Regex Doubled();
}
