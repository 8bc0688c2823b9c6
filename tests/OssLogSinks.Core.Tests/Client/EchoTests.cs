using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>What a server says back of what it was sent: quoted only if OSS says it, short, visible, and without a piece of a secret or of an event.</summary>
public class EchoTests
{
    private const string Event = "user alice paid with card 4111 1111 1111 1111\n";

    private static readonly Func<string, string>[] Encodings =
    [
        text => text,
        text => text.ToUpperInvariant(),
        Uri.EscapeDataString,
        text => Uri.EscapeDataString(text).Replace("%2B", "%2b", StringComparison.Ordinal).Replace("%2F", "%2f", StringComparison.Ordinal).Replace("%3D", "%3d", StringComparison.Ordinal),
        text => Uri.EscapeDataString(Uri.EscapeDataString(text)),
        text => string.Concat(text.Select(c => c is '+' or '=' ? " " : c.ToString())),
        text => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : "&#x" + ((int)c).ToString("X", CultureInfo.InvariantCulture) + ";")),
        text => text.Replace("+", "&plus;", StringComparison.Ordinal).Replace("/", "&#47;", StringComparison.Ordinal),
        text => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : $"\\u{(int)c:x4}")),
        text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        text => Convert.ToBase64String(Encoding.UTF8.GetBytes("k:" + text)),
        text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).Replace('+', '-').Replace('/', '_'),
        text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
        text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
        text => string.Join("\u200B", text.Chunk(5).Select(chunk => new string(chunk))),
        text => string.Join("\n", text.Chunk(6).Select(chunk => new string(chunk))),
    ];

    private static readonly Gen<string> Secret = Gen.Char["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=%"].Array[16, 60].Select(c => "a" + new string(c) + "Z");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void SecretInAnyEncodingAtAnyPlace_LeavesNoPieceInAnything() =>
        Gen.Select(Secret, Secret, Gen.Int[0, Encodings.Length - 1], Gen.Int[0, 220], Gen.Int[0, 3]).Sample(
            (secret, token, encoding, before, where) =>
            {
                var echo = Encodings[encoding](where % 2 == 0 ? secret : token);
                var words = string.Concat(Enumerable.Repeat("Denied. ", 40))[..before] + echo + " is what came.";
                using var wire = new FakeWire { Credentials = new StaticCredentialsProvider("AKIDEXAMPLE", secret, token) };
                wire.Answer(HttpStatusCode.Forbidden, Document(where < 2 ? words : "It is so.", where < 2 ? "" : Field("HostId", echo) + Field("EC", echo) + Field("Endpoint", echo)), "x-oss-request-id: REQ2");

                var text = TextOf(Refused(wire));

                Assert.All([secret, token], s => AssertNoPiece(s, text));
                Assert.All([secret, token], s => AssertNoPiece(Encodings[encoding](s), text));
            },
            iter: 300);

    [Fact]
    public void SecretCutWithTheMessage_LeavesNoFirstCharacters()
    {
        const string Secret = "adDOsz0%fD+093XozPSGr6fQ+oZ";
        using var wire = new FakeWire { Credentials = new StaticCredentialsProvider("AKIDEXAMPLE", Secret, null) };
        wire.Answer(HttpStatusCode.Forbidden, Document(string.Concat(Enumerable.Repeat("Denied. ", 24)) + Secret, ""), "x-oss-request-id: REQ2");

        Assert.DoesNotContain("adDOsz", TextOf(Refused(wire)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(11)]
    public async Task SignatureThatWasSent_IsNotQuoted(int encoding)
    {
        var signature = "";
        using var wire = new FakeWire().Answer((sent, _) =>
        {
            signature = sent.Headers["Authorization"].Split("Signature=")[^1];
            return Task.FromResult(FakeWire.NewAnswer(HttpStatusCode.Forbidden, Document("Signature " + Encodings[encoding](signature) + " is wrong.", ""), "x-oss-request-id: REQ2"));
        });
        using var client = wire.NewClient();

        var failure = await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(Append("abc"), Cancel));

        Assert.Equal(64, signature.Length);
        AssertNoPiece(Encodings[encoding](signature), TextOf(failure));
    }

    [Fact]
    public void TokenCutInTheMiddle_LeavesNoBeginningOfIt()
    {
        using var wire = new FakeWire();
        wire.Answer(HttpStatusCode.Forbidden, Document(new string('x', 185) + " " + FakeWire.Token, ""), "x-oss-request-id: REQ2");

        AssertNoPiece(FakeWire.Token, TextOf(Refused(wire)));
    }

    [Fact]
    public void EventInAnOssDocument_IsNotQuoted()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.BadRequest, Document("Bad body: card 4111 1111 1111 1111.", ""), "x-oss-request-id: REQ2");

        var failure = Refused(wire, Event);

        Assert.Equal("OSS refused AppendObject with status 400 AccessDenied (request REQ2).", failure.Message);
    }

    [Fact]
    public async Task EventOverTwoSegments_IsFoundAllTheSame()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.BadRequest, Document("Bad body: card 4111 1111 1111 1111.", ""), "x-oss-request-id: REQ2");
        using var client = wire.NewClient();
        var bytes = Encoding.UTF8.GetBytes(Event);
        var first = new Piece(bytes.AsMemory(0, 30), null);
        var body = new ReadOnlySequence<byte>(first, 0, new Piece(bytes.AsMemory(30), first), bytes.Length - 30);

        var failure = await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(new AppendObjectRequest("k", 0, body), Cancel));

        Assert.DoesNotContain("4111", TextOf(failure), StringComparison.Ordinal);
    }

    [Fact]
    public void WordsOfOss_AreQuoted()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.BadRequest, Document("Invalid storage class.", ""), "x-oss-request-id: REQ2", "x-oss-ec: 0017-00000402");

        Assert.Equal("OSS refused AppendObject with status 400 AccessDenied: Invalid storage class (EC 0017-00000402, request REQ2).", Refused(wire, Event).Message);
    }

    [Theory]
    [InlineData("<Error><Code>AccessDenied</Code><Message>MARK</Message></Error>")]
    [InlineData("<Error><Code>MARK</Code><Message>MARK</Message><RequestId>REQ2</RequestId></Error>")]
    [InlineData("<html>MARK</html>")]
    public void WordsOfAProxy_AreNotQuoted(string body)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.Forbidden, body, "x-oss-ec: MARK user alice", "Server: MARK");

        var failure = Refused(wire);

        Assert.Equal(OssFailureKind.NotOss, failure.Kind);
        Assert.DoesNotContain("MARK", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("RAM", TroubleAdvice.For(failure), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-oss-ec: user alice paid")]
    [InlineData("x-oss-ec: 0003-%2B1")]
    public void NumberThatIsNone_IsNotQuoted(string header)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.Forbidden, Document("No.", ""), "x-oss-request-id: REQ2", header);

        var failure = Refused(wire);

        Assert.Null(failure.Ec);
        Assert.Equal("OSS refused AppendObject with status 403 AccessDenied: No (request REQ2).", failure.Message);
    }

    [Fact]
    public void LongWords_AreCutBetweenCharacters()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.Forbidden, Document(new string('x', 199) + "😀 and more", ""), "x-oss-request-id: REQ2");

        Assert.Equal($"OSS refused AppendObject with status 403 AccessDenied: {new string('x', 199)} (request REQ2).", Refused(wire).Message);
    }

    [Fact]
    public void InvisibleCharacters_AreLeftOut_FromAnsweredAndOwnTexts()
    {
        const string Sly = "a\u202Eb\u2066c\u200Fd\u061Ce\u200Bf\u2028g\u0007h\uFEFFi\u00ADj{k}😀\U000E0041\uD800l";
        const string Plain = "abcdef g hij(k)😀l";

        Assert.Equal(Plain, PlainText.OneLine(Sly));
        Assert.Equal(Plain, new OssException(Sly).Message);
        Assert.Equal(Plain, new OssDeliveryException(Sly).Message);
        Assert.Equal(Plain, new OssDiagnosticEvent(OssDiagnosticLevel.Warning, Sly, "anchor").Message);
        using var wire = new FakeWire().Answer(HttpStatusCode.Forbidden, Document("a\u202Eb\u2066c\u2028d", ""), "x-oss-request-id: REQ2");
        Assert.Equal("OSS refused AppendObject with status 403 AccessDenied: abc d (request REQ2).", Refused(wire).Message);
    }

    [Fact]
    public void ForeignExceptionInAReport_ShowsItsTypeAlone()
    {
        var error = new InvalidOperationException("POST ?security-token=MARK: user alice paid", new FormatException("MARK"));

        Assert.Equal("It failed with System.InvalidOperationException.", PlainText.Of(error));
        Assert.Equal("OssLogSinks.Core.Telemetry.OssDeliveryException: Lost. (System.InvalidOperationException; System.FormatException)", new OssDeliveryException("Lost.", error).ToString());
    }

    private static AppendObjectRequest Append(string body) => new("k", 3, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)));

    private static OssException Refused(FakeWire wire, string body = "abc")
    {
        using var client = wire.NewClient();
        return Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(Append(body), Cancel)).GetAwaiter().GetResult();
    }

    private static string Document(string words, string more) => $"<Error><Code>AccessDenied</Code>{Field("Message", words)}{more}</Error>";

    private static string Field(string name, string value) => $"<{name}>{System.Security.SecurityElement.Escape(value)}</{name}>";

    private static string TextOf(OssException failure) => string.Join(
        "\n", failure, failure.Message, failure.Code, failure.Ec, failure.RequestId, failure.HostId, failure.SuggestedEndpoint, TroubleAdvice.For(failure), new OssDeliveryException("Lost.", failure));

    private static void AssertNoPiece(string secret, string text)
    {
        for (var i = 0; i + 8 <= secret.Length; i++)
            Assert.DoesNotContain(secret.Substring(i, 8), text, StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
