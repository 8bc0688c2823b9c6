using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Emulator;

namespace OssLogSinks.Core.Tests.Client;

public class OssClientSealTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Seal_NamesThePositionAndHasAnEmptyBody()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, "", "x-oss-sealed-time: Thu, 05 Mar 2026 04:00:00 GMT", "x-oss-request-id: REQ1");
        using var client = wire.NewClient();

        var result = await client.SealObjectAsync("logs/a b.log", 344606, Cancel);

        var sent = Assert.Single(wire.Sent);
        Assert.Equal("POST", sent.Method);
        Assert.Equal("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/logs/a%20b.log?position=344606&seal", sent.Uri);
        Assert.Equal("0", sent.Headers["Content-Length"]);
        Assert.Equal(new SealObjectResult(new DateTimeOffset(2026, 3, 5, 4, 0, 0, TimeSpan.Zero), "REQ1"), result);
    }

    [Fact]
    public async Task AnswerWithoutATime_IsASealAllTheSame()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK);
        using var client = wire.NewClient();

        Assert.Null((await client.SealObjectAsync("a.log", 1, Cancel)).SealedAt);
    }

    [Fact]
    public async Task NegativePositionOrBadKey_IsRefusedBeforeAnythingIsSent()
    {
        using var wire = new FakeWire();
        using var client = wire.NewClient();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.SealObjectAsync("a.log", -1, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.SealObjectAsync("", 1, Cancel));

        Assert.Empty(wire.Sent);
    }

    [Theory]
    [InlineData(OssSignatureVersion.V4)]
    [InlineData(OssSignatureVersion.V1)]
    public async Task Seal_ClosesTheObjectForGood_AndRepeatingTellsTheSameTime(OssSignatureVersion version)
    {
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { SealEnabled = true }, Cancel);
        using var client = ClientOf(emulator, version);
        emulator.AppendAsForeignWriter("logs", "日志/a+b.log", "abc"u8);

        var first = await client.SealObjectAsync("日志/a+b.log", 3, Cancel);
        var second = await client.SealObjectAsync("日志/a+b.log", 3, Cancel);
        var wrong = await Assert.ThrowsAsync<OssException>(() => client.SealObjectAsync("日志/a+b.log", 0, Cancel));
        var head = await client.HeadObjectAsync(new HeadObjectRequest("日志/a+b.log"), Cancel);

        Assert.NotNull(first.SealedAt);
        Assert.Equal(first.SealedAt, second.SealedAt);
        Assert.Equal((HttpStatusCode.Conflict, "PositionNotEqualToLength"), (wrong.StatusCode, wrong.Code));
        Assert.True(head is { IsSealed: true, TakesAppends: false });
    }

    [Fact]
    public async Task AccountWithoutAccess_IsToldByItsCode()
    {
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        using var client = ClientOf(emulator, OssSignatureVersion.V4);
        emulator.AppendAsForeignWriter("logs", "a.log", "abc"u8);

        var refusal = await Assert.ThrowsAsync<OssException>(() => client.SealObjectAsync("a.log", 3, Cancel));

        Assert.Equal((HttpStatusCode.BadRequest, "OperationNotSupported", "0016-00000513"), (refusal.StatusCode, refusal.Code, refusal.Ec));
    }

    private static OssClient ClientOf(OssEmulator emulator, OssSignatureVersion version) => new(new OssClientOptions
    {
        Endpoint = emulator.Endpoint.ToString(),
        Region = emulator.Region,
        Bucket = "logs",
        SignatureVersion = version,
        Credentials = new StaticCredentialsProvider(emulator.AccessKeyId, emulator.AccessKeySecret),
    });
}
