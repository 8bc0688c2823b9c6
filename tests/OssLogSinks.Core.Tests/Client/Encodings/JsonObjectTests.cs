using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using JsonObject = OssLogSinks.Core.Client.Encodings.JsonObject;

namespace OssLogSinks.Core.Tests.Client.Encodings;

public class JsonObjectTests
{
    private static readonly Gen<string> WellFormed = Gen.String.Where(text => !text.Any(char.IsSurrogate));

    // Pieces of JSON in any order: some are documents, most are not.
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"b\"", "\"\\u00e9\"", "\\", "0", "-1", "01", "1.5e3", "1.", "true", "false", "null", "nul", " ", "\n", "\t", "\u0001", "\uFEFF",
    ];

    private static readonly Gen<string> AlmostJson = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).List[0, 12].Select(string.Concat);

    [Fact]
    public void AnyText_IsReadAsItWasWritten() => WellFormed.Sample(text =>
    {
        var read = JsonObject.TryRead(JsonSerializer.Serialize(new Dictionary<string, string> { ["key"] = text }));
        return read?.Text("key") == text;
    });

    // .NET's own reader decides; it takes a name twice, this one does not.
    [Fact]
    public void AnyPieces_AreReadOrRefusedAsThePlatformDoes() => Gen.Select(AlmostJson, Gen.Bool).Sample((pieces, isWrapped) =>
    {
        var text = isWrapped ? "{\"x\":" + pieces + "}" : pieces;
        return (JsonObject.TryRead(text) is not null) == IsObject(text);
    });

    [Fact]
    public void AnyCharacters_DoNoHarm() => Gen.String.Sample(text => JsonObject.TryRead("{" + text) is null || text.Contains('}'));

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":{"b":1,"b":2}}""")]
    public void NameThatIsThereTwice_IsRefused(string text) => Assert.Null(JsonObject.TryRead(text));

    [Fact]
    public void Nesting_IsLimited()
    {
        Assert.NotNull(JsonObject.TryRead("{\"a\":" + new string('[', 15) + new string(']', 15) + "}"));
        Assert.Null(JsonObject.TryRead("{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));
    }

    [Fact]
    public void Members_AreGivenByTheirKind()
    {
        var read = JsonObject.TryRead("""{"t":"x","n":-12,"r":1.5,"f":true,"z":null,"o":{"t":"y"},"l":[{"t":"1"},2,{"t":"3"}]}""")!;

        Assert.Equal("x", read.Text("t"));
        Assert.Equal(-12, read.Number("n"));
        Assert.Null(read.Number("r"));
        Assert.True(read.Flag("f"));
        Assert.Null(read.Text("z"));
        Assert.Equal("y", read.Object("o")?.Text("t"));
        Assert.Equal(["1", "3"], read.Objects("l").Select(item => item.Text("t")));
        Assert.Null(read.Text("n"));
        Assert.Empty(read.Objects("o"));
    }

    private static bool IsObject(string text)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = 17 };
            return JsonNode.Parse(text.StartsWith('\uFEFF') ? text[1..] : text, documentOptions: options) is System.Text.Json.Nodes.JsonObject node && HasEachNameOnce(node);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool HasEachNameOnce(JsonNode? node)
    {
        try
        {
            return node switch
            {
                System.Text.Json.Nodes.JsonObject members => members.All(member => HasEachNameOnce(member.Value)),
                JsonArray items => items.All(HasEachNameOnce),
                _ => true,
            };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
