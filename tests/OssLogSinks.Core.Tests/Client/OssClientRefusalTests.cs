using System.Buffers;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Client;

public class OssClientRefusalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refusal_TellsAllTheServiceTold()
    {
        using var wire = new FakeWire().Refuse(
            HttpStatusCode.Conflict, "PositionNotEqualToLength",
            "<HostId>examplebucket.oss-cn-hangzhou.aliyuncs.com</HostId><EC>\n0026-00000016\n</EC>",
            "x-oss-next-append-position: 42", "Retry-After: 7");

        var exception = await AppendRefused(wire);

        Assert.Equal(HttpStatusCode.Conflict, exception.StatusCode);
        Assert.Equal(("PositionNotEqualToLength", "0026-00000016", "REQ2"), (exception.Code, exception.Ec, exception.RequestId));
        Assert.Equal("examplebucket.oss-cn-hangzhou.aliyuncs.com", exception.HostId);
        Assert.Equal(42, exception.NextPosition);
        Assert.Equal(TimeSpan.FromSeconds(7), exception.RetryAfter);
        Assert.Equal("OSS refused AppendObject with status 409 PositionNotEqualToLength: It is so (EC 0026-00000016, request REQ2).", exception.Message);
        Assert.Single(wire.Sent);
    }

    [Fact]
    public async Task NamespacesUnknownElementsAndLineBreaks_DoNotMatter()
    {
        using var wire = new FakeWire().Answer(
            HttpStatusCode.Forbidden,
            "<?xml version=\"1.0\"?>\n<o:Error xmlns:o=\"urn:x\"><o:New><o:Code>No</o:Code></o:New>\n<o:Code>\n AccessDenied\n</o:Code><o:Endpoint>oss-cn-beijing.aliyuncs.com</o:Endpoint></o:Error>",
            "x-oss-request-id: R9", "x-oss-ec: 0003-00000001");

        var exception = await AppendRefused(wire);

        Assert.Equal(("AccessDenied", "R9", "0003-00000001"), (exception.Code, exception.RequestId, exception.Ec));
        Assert.Equal("oss-cn-beijing.aliyuncs.com", exception.SuggestedEndpoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>502 Bad Gateway</body>")]
    [InlineData("<html><body><p>502</p></body></html>")]
    [InlineData("<Error><Code>InternalError</Code><Mess")]
    [InlineData("{\"error\":\"x\"}")]
    [InlineData("<!DOCTYPE Error [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Error><Code>&x;</Code></Error>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such\"?><Error><Code>A</Code></Error>")]
    public async Task UnreadableBody_LeavesStatusAndRequestId(string body)
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.BadGateway, body, "x-oss-request-id: R3");

        var exception = await AppendRefused(wire);

        Assert.Equal((HttpStatusCode.BadGateway, null, "R3"), (exception.StatusCode, exception.Code, exception.RequestId));
        Assert.Equal("OSS refused AppendObject with status 502 (request R3).", exception.Message);
    }

    [Fact]
    public async Task EndlessBody_IsNotReadToItsEnd()
    {
        using var wire = new FakeWire().Answer((_, _) =>
        {
            var answer = FakeWire.NewAnswer(HttpStatusCode.InternalServerError, "");
            answer.Content = new StreamContent(new EndlessStream());
            return Task.FromResult(answer);
        });

        Assert.Null((await AppendRefused(wire)).Code);
    }

    [Fact]
    public async Task HeadRefusal_IsReadFromItsHeader()
    {
        var document = "<Error><Code>NoSuchBucket</Code><Message>No.</Message><RequestId>R4</RequestId></Error>";
        using var wire = new FakeWire()
            .Answer(HttpStatusCode.NotFound, "", "x-oss-err: " + Convert.ToBase64String(Encoding.UTF8.GetBytes(document)))
            .Answer(HttpStatusCode.NotFound)
            .Answer(HttpStatusCode.NotFound, "", "x-oss-err: %%%");
        using var client = wire.NewClient();

        var codes = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            var exception = await Assert.ThrowsAsync<OssException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));
            Assert.Equal(HttpStatusCode.NotFound, exception.StatusCode);
            codes.Add(exception.Code);
        }

        Assert.Equal(["NoSuchBucket", null, null], codes);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "InternalError")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable")]
    [InlineData(HttpStatusCode.BadRequest, "IncompleteBody")]
    [InlineData(HttpStatusCode.TemporaryRedirect, "TemporaryRedirect")]
    [InlineData(HttpStatusCode.Forbidden, "SignatureDoesNotMatch")]
    public async Task AnyOtherRefusal_IsNotRepeated(HttpStatusCode status, string code)
    {
        using var wire = new FakeWire().Refuse(status, code);

        Assert.Equal(code, (await AppendRefused(wire)).Code);

        Assert.Single(wire.Sent);
    }

    [Fact]
    public async Task NoFailure_ShowsASecretOrABrace()
    {
        const string Leaks = $"<SecurityToken>{FakeWire.Token}</SecurityToken><StringToSign>x-oss-security-token:{FakeWire.Token}</StringToSign><SignatureProvided>SIGNATUREMARK</SignatureProvided>"
            + $"<HostId>{{{FakeWire.Secret}}}</HostId><EC>{FakeWire.Token}</EC><Endpoint>{FakeWire.Secret}</Endpoint>";
        string[] codes =
        [
            "SecurityTokenExpired", "InvalidSecurityToken", "InvalidAccessKeyId", "AccessKeyIdAndSecurityTokenNotMatch",
            "SignatureDoesNotMatch", "AccessDenied", "InternalError", "{x}",
        ];
        foreach (var code in codes)
        {
            using var wire = new FakeWire().Answer(
                HttpStatusCode.Forbidden,
                $"<Error><Code>{code}</Code><Message>Token {FakeWire.Token} of {FakeWire.Secret} {{0}} is bad.</Message>{Leaks}</Error>");
            AssertHarmless(await AppendRefused(wire));
        }

        using var broken = new FakeWire().Answer((_, _) => throw new HttpRequestException("Connection refused (127.0.0.1:1)"));
        AssertHarmless(await AppendRefused(broken));
        using var unusable = new FakeWire().Answer(HttpStatusCode.OK, FakeWire.Token);
        AssertHarmless(await AppendRefused(unusable));
    }

    private static void AssertHarmless(OssException exception)
    {
        var text = exception + exception.HostId + exception.Ec + exception.SuggestedEndpoint + exception.Code + exception.RequestId;
        foreach (var secret in new[] { FakeWire.Token, FakeWire.Secret, "SIGNATUREMARK", "OSS4-HMAC", "{", "}" })
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    private static async Task<OssException> AppendRefused(FakeWire wire)
    {
        using var client = wire.NewClient();
        return await Assert.ThrowsAsync<OssException>(
            () => client.AppendObjectAsync(new AppendObjectRequest("k", 3, new ReadOnlySequence<byte>("abc"u8.ToArray())), Cancel));
    }

    private sealed class EndlessStream : MemoryStream
    {
        private long _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Assert.InRange(_read += buffer.Length, 0, 1024 * 1024);
            return new ValueTask<int>(buffer.Length);
        }
    }
}
