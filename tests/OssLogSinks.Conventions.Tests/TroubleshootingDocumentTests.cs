using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// docs/troubleshooting.md explains every message. The messages are read from the compiled libraries, so that none can be overlooked: every
/// text of a few words is one, except those in a list.
/// </summary>
public partial class TroubleshootingDocumentTests
{
    private const string Document = "docs/troubleshooting.md";

    // Shorter pieces are parts of names and lists, not sentences.
    private const int FewestWords = 3;

    // Texts that nobody is told.
    private static readonly string[] NoMessages =
    [
        "trouble of other kinds", // a key of a dictionary
        "OSS log buffer", // the name of a thread
        "yyyyMMdd'T'HHmmss'.'fffffff'Z", // a time in the name of a folder
    ];

    public static TheoryData<string> Libraries => [.. Repository.Libraries.Keys];

    public static TheoryData<string> Anchors => [.. AnchorsIn(Core.GetType("OssLogSinks.Core.Telemetry.HelpAnchors", throwOnError: true)!)
        .Concat(Repository.Libraries.Values.Select(library => library.GetType("OssLogSinks.Intake.HelpSections")).OfType<Type>().SelectMany(AnchorsIn))
        .Concat(Enum.GetNames<Core.Telemetry.DropReason>().Select(reason => reason.ToLowerInvariant()))
        .Distinct()];

    private static Assembly Core => Repository.Libraries["OssLogSinks.Core"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void EveryMessage_IsExplained(string library)
    {
        var document = Repository.Read(Document);
        var instruments = Repository.Read("src/OssLogSinks.Core/Telemetry/DeliveryCounters.cs");
        var missing = TextsIn(Repository.Libraries[library].Location)
            .Where(text => !instruments.Contains($"\"{text}\"", StringComparison.Ordinal))
            .SelectMany(text => Hole().Split(text))
            .SelectMany(piece => piece.Split('\n'))
            .Select(piece => piece.Trim(' ', '\'', '"', '(', ')', ';', ':', ',', '.', '-'))
            .Where(piece => Word().Count(piece) >= FewestWords && !NoMessages.Contains(piece) && !document.Contains(piece, StringComparison.Ordinal));

        Assert.True(!missing.Any(), $"{Document} does not explain: {string.Join("\n", missing)}");
    }

    [Fact]
    public void TextsOfALibrary_AreFound() =>
        Assert.Contains("Appending to OSS works again.", TextsIn(Core.Location));

    [Theory]
    [MemberData(nameof(Anchors))]
    public void EveryAnchorOfAMessage_IsASection(string anchor) => Assert.Contains(anchor, Headings());

    [Fact]
    public void Anchors_AreUnique() => Assert.Equal(Headings().Distinct(), Headings());

    [Fact]
    public void Table_LeadsToEverySection()
    {
        var document = Repository.Read(Document);
        var symptoms = document[..document.IndexOf("\n## ", StringComparison.Ordinal)];
        Assert.All(Headings(), heading => Assert.Contains($"](#{heading})", symptoms));
    }

    private static IEnumerable<string> AnchorsIn(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

    // The headings of sections; the parts of the page are a level above.
    private static IEnumerable<string> Headings() =>
        Repository.Read(Document).Split('\n').Where(line => line.StartsWith("### ", StringComparison.Ordinal)).Select(line => NoWord().Replace(line[4..].ToLowerInvariant(), "").Replace(' ', '-'));

    private static IEnumerable<string> TextsIn(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var reader = file.GetMetadataReader();
        for (var text = MetadataTokens.UserStringHandle(1); !text.IsNil && MetadataTokens.GetHeapOffset(text) < reader.GetHeapSize(HeapIndex.UserString); text = reader.GetNextHandle(text))
            yield return reader.GetUserString(text);
    }

    [GeneratedRegex(@"\{\w+(:[^{}]*)?\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"(?<=^|[ '""])[A-Za-z][a-z]*(?=[ '"",;:.]|$)")]
    private static partial Regex Word();

    [GeneratedRegex(@"[^\w -]")]
    private static partial Regex NoWord();
}
