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
        ["likes"] = "name the choice",
        ["mend"] = "repair, fix, correct",
        ["mended"] = "repaired, fixed, corrected",
        ["mends"] = "repairs, fixes, corrects",
        ["wants"] = "needs",
        ["gives way"] = "is dropped",
        ["out of its own"] = "by itself",
    };

    public static TheoryData<string> Documents => [.. Repository.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_HasNoBannedWord(string document) => AssertPlain(document, AnyBlock().Replace(Repository.Read(document), ""));

    [Fact]
    public void Comments_HaveNoBannedWord() =>
        Assert.All(Repository.SourceFiles("src"), path =>
            AssertPlain(path, string.Join('\n', Repository.Read(path).Split('\n').Select(line => line.TrimStart()).Where(line => line.StartsWith("//", StringComparison.Ordinal)))));

    private static void AssertPlain(string path, string text)
    {
        var found = Banned.Where(word => Regex.IsMatch(text, $@"\b{word.Key}\b", RegexOptions.IgnoreCase)).Select(word => $"'{word.Key}' (write: {word.Value})");
        Assert.True(!found.Any(), $"{path}: {string.Join(", ", found)}");
        Assert.Empty(Doubled().Matches(text).Select(match => match.Value));
    }

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"\b(?<word>the|a|an|is|of|to|and|in|it|that) \k<word>\b", RegexOptions.IgnoreCase)]
    private static partial Regex Doubled();
}
