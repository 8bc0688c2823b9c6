using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>Reads what the document tests need from Markdown, by GitHub's rules.</summary>
internal static partial class Markdown
{
    public static string WithoutCodeBlocks(string text) => CodeBlock().Replace(text, "");

    /// <summary>Targets of links and images: inline, by reference, and in HTML.</summary>
    public static IReadOnlyList<string> Links(string text)
    {
        var prose = CodeSpan().Replace(WithoutCodeBlocks(text), "");
        return [.. InlineLink().Matches(prose).Concat(ReferencedLink().Matches(prose)).Concat(HtmlLink().Matches(prose)).Concat(AutoLink().Matches(prose))
            .Select(link => link.Groups["target"].Value)];
    }

    /// <summary>What a <c>#anchor</c> can name: the slug of each heading, with a number if it is repeated, and the ids in HTML.</summary>
    public static IReadOnlySet<string> Anchors(string text)
    {
        var prose = WithoutCodeBlocks(text);
        var anchors = new HashSet<string>(HtmlId().Matches(prose).Select(id => id.Groups["id"].Value), StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(prose))
        {
            var slug = Slug(heading.Groups["text"].Value);
            var anchor = slug;
            for (var repeat = 1; !anchors.Add(anchor); repeat++)
                anchor = $"{slug}-{repeat}";
        }

        return anchors;
    }

    private static string Slug(string heading) =>
        NotInSlug().Replace(LinkText().Replace(heading, "${text}").Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\]\(\s*<?(?<target>[^)\s>]*)>?(\s+""[^""]*"")?\s*\)")]
    private static partial Regex InlineLink();

    [GeneratedRegex(@"^\[[^\]]+\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex ReferencedLink();

    [GeneratedRegex(@"\b(src|href)=""(?<target>[^""]*)""")]
    private static partial Regex HtmlLink();

    [GeneratedRegex("<(?<target>https?:[^>]*)>")]
    private static partial Regex AutoLink();

    [GeneratedRegex(@"<\w+ [^>]*\b(id|name)=""(?<id>[^""]+)""")]
    private static partial Regex HtmlId();

    [GeneratedRegex(@"^#{1,6} +(?<text>.*?)( +#+)? *$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"!?\[(?<text>[^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}\p{Pc} -]")]
    private static partial Regex NotInSlug();
}
