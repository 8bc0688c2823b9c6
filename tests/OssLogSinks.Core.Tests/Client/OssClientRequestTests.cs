using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Core.Tests.Client;

public class OssClientRequestTests
{
    private static readonly OssObjectProperties AllProperties = new()
    {
        ContentType = "text/plain; charset=UTF-8",
        ContentEncoding = "gzip",
        ContentDisposition = "attachment; filename=\"a.log\"",
        CacheControl = "no-cache,max-age=0",
        Expires = new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Metadata = new Dictionary<string, string> { ["App-Name"] = "demo" },
        Acl = OssAcl.PublicRead,
        StorageClass = OssStorageClass.InfrequentAccess,
        ServerSideEncryption = OssServerSideEncryption.Aes256,
        Tags = new Dictionary<string, string> { ["k 1"] = "v/1", ["k2"] = "" },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AppendAtPositionZero_CarriesTheObjectsProperties()
    {
        using var wire = new FakeWire().Appended(3);
        using var client = wire.NewClient();

        await client.AppendObjectAsync(new AppendObjectRequest("logs/a b.log", 0, Bytes("abc")) { Properties = AllProperties }, Cancel);

        var sent = Assert.Single(wire.Sent);
        Assert.Equal("POST", sent.Method);
        Assert.Equal("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/logs/a%20b.log?append&position=0", sent.Uri);
        Assert.Equal("abc", Encoding.UTF8.GetString(sent.Body!));
        var expected = new Dictionary<string, string>
        {
            ["Content-Length"] = "3",
            ["Content-Type"] = "text/plain; charset=UTF-8",
            ["Content-Encoding"] = "gzip",
            ["Content-Disposition"] = "attachment; filename=\"a.log\"",
            ["Cache-Control"] = "no-cache,max-age=0",
            ["Expires"] = "Sat, 02 Jan 2027 03:04:05 GMT",
            ["x-oss-meta-app-name"] = "demo",
            ["x-oss-object-acl"] = "public-read",
            ["x-oss-storage-class"] = "IA",
            ["x-oss-server-side-encryption"] = "AES256",
            ["x-oss-tagging"] = "k%201=v%2F1&k2=",
            ["x-oss-date"] = "20260305T040506Z",
            ["x-oss-content-sha256"] = "UNSIGNED-PAYLOAD",
            ["x-oss-security-token"] = FakeWire.Token,
            ["Date"] = "Thu, 05 Mar 2026 04:05:06 GMT",
        };
        Assert.All(expected, header => Assert.Equal(header.Value, sent.Headers[header.Key]));
        Assert.Equal(
            expected.Keys.Append("Authorization").Append("User-Agent").Order(StringComparer.OrdinalIgnoreCase),
            sent.Headers.Keys.Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task AppendAtLaterPosition_CarriesNoPropertyAtAll()
    {
        using var wire = new FakeWire().Appended(6);
        using var client = wire.NewClient();

        await client.AppendObjectAsync(new AppendObjectRequest("a.log", 3, Bytes("abc")) { Properties = AllProperties }, Cancel);

        Assert.Equal(
            ["Authorization", "Content-Length", "Date", "User-Agent", "x-oss-content-sha256", "x-oss-date", "x-oss-security-token"],
            Assert.Single(wire.Sent).Headers.Keys.Order(StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(OssSignatureVersion.V4)]
    [InlineData(OssSignatureVersion.V1)]
    public async Task WhatIsSent_IsWhatWasSigned(OssSignatureVersion version)
    {
        using var wire = new FakeWire().Appended(3);
        using var client = wire.NewClient(options => options.SignatureVersion = version);

        await client.AppendObjectAsync(new AppendObjectRequest("日志/a+b.log", 0, Bytes("abc")) { Properties = AllProperties, SendContentMd5 = true }, Cancel);

        var sent = Assert.Single(wire.Sent);
        var headers = SigningInput.NewHeaders();
        foreach (var header in sent.Headers.Where(header => header.Key is not ("Authorization" or "User-Agent" or "Content-Length")))
            headers[header.Key.ToLowerInvariant()] = header.Value;

        var input = new SigningInput("POST", "examplebucket", "日志/a+b.log", [new("append", ""), new("position", "0")], headers);
        IOssSigner signer = version == OssSignatureVersion.V1 ? new OssV1Signer() : new OssV4Signer("cn-hangzhou");
        signer.Sign(input, await wire.Credentials.GetCredentialsAsync(null, Cancel), wire.Time.GetUtcNow());
        Assert.Equal(headers["authorization"], sent.Headers["Authorization"]);
    }

    [Fact]
    public async Task Append_HasMd5OnRequestAndNeverExpectsNorChunks()
    {
        using var wire = new FakeWire().Appended(14);
        using var client = wire.NewClient();

        await client.AppendObjectAsync(new AppendObjectRequest("a.log", 9, Bytes("hello")) { SendContentMd5 = true }, Cancel);

        var sent = Assert.Single(wire.Sent);
        Assert.Equal("XUFAKrxLKna5cZ2REBfFkg==", sent.Headers["Content-MD5"]);
        Assert.Equal("5", sent.Headers["Content-Length"]);
        Assert.NotEqual(true, sent.Message.Headers.ExpectContinue);
        Assert.NotEqual(true, sent.Message.Headers.TransferEncodingChunked);
    }

    [Theory]
    [InlineData(819_200, "819200")]
    [InlineData(null, null)]
    public async Task TrafficLimit_IsThatOfEachAppendAlone(int? limit, string? header)
    {
        using var wire = new FakeWire().Appended(3).Answer(HttpStatusCode.NoContent);
        using var client = wire.NewClient(options => options.TrafficLimitBitsPerSecond = limit);

        await client.AppendObjectAsync(new AppendObjectRequest("a.log", 0, Bytes("abc")), Cancel);
        await client.DeleteObjectAsync("a.log", Cancel);

        Assert.Equal([header, null], wire.Sent.Select(sent => sent.Headers.GetValueOrDefault("x-oss-traffic-limit")));
    }

    [Fact]
    public async Task Requests_RunUnderAnUnrecordedActivityOfTheirOwn()
    {
        using var wire = new FakeWire().Appended(3);
        using var client = wire.NewClient();
        using var users = new Activity("user's").Start();
        users.ActivityTraceFlags = ActivityTraceFlags.Recorded;

        await client.AppendObjectAsync(new AppendObjectRequest("a.log", 0, Bytes("abc")), Cancel);

        var activity = Assert.Single(wire.Sent).Activity;
        Assert.NotNull(activity);
        Assert.NotEqual(users.TraceId, activity.TraceId);
        Assert.False(activity.Recorded);
        Assert.Same(users, Activity.Current);
    }

    [Fact]
    public async Task RangedGet_AsksForTheStandardBehaviour()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.PartialContent, "cdef", "Content-Range: bytes 2-5/100");
        using var client = wire.NewClient();

        using var result = await client.GetObjectAsync(new GetObjectRequest("a.log") { Range = new OssByteRange(2, 4) }, Cancel);

        var sent = Assert.Single(wire.Sent);
        Assert.Equal("bytes=2-5", sent.Headers["Range"]);
        Assert.Equal("standard", sent.Headers["x-oss-range-behavior"]);
        Assert.Equal("cdef", await new StreamReader(result.Content).ReadToEndAsync(Cancel));
        Assert.Equal(new OssByteRange(2, 4), result.ContentRange);
    }

    [Fact]
    public async Task OtherOperations_GoWhereTheyBelong()
    {
        using var wire = new FakeWire()
            .Answer(HttpStatusCode.NoContent)
            .Answer(HttpStatusCode.OK);
        using var client = wire.NewClient();

        await client.DeleteObjectAsync("k", Cancel);
        await client.CreateBucketAsync(Cancel);

        Assert.Equal(["DELETE /k", "PUT /"], wire.Sent.Select(sent => sent.Method + " " + sent.PathAndQuery));
        Assert.Equal("0", wire.Sent[1].Headers["Content-Length"]);
    }

    [Theory]
    [InlineData("/k", 0)]
    [InlineData("", 0)]
    [InlineData("k", -1)]
    public async Task WhatOssWouldNotTake_IsNotSent(string key, long position)
    {
        using var wire = new FakeWire();
        using var client = wire.NewClient();

        await Assert.ThrowsAsync<ArgumentException>(() => client.AppendObjectAsync(new AppendObjectRequest(key, position, Bytes("x")), Cancel));

        Assert.Empty(wire.Sent);
    }

    [Fact]
    public async Task PropertiesThatCannotBeHeaders_AreNamedAndNotSent()
    {
        using var wire = new FakeWire();
        using var client = wire.NewClient();
        var properties = new OssObjectProperties
        {
            ContentType = "text/plain\r\nx-oss-object-acl: public-read-write",
            Metadata = new Dictionary<string, string> { ["bad name"] = "x", ["app"] = "ü" },
            Tags = Enumerable.Range(0, 11).ToDictionary(i => "t" + i, _ => ""),
        };

        var exception = await Assert.ThrowsAsync<ArgumentException>(
            () => client.AppendObjectAsync(new AppendObjectRequest("k", 0, Bytes("x")) { Properties = properties }, Cancel));

        Assert.Empty(wire.Sent);
        Assert.All(
            new[] { "ContentType: is 'text/plain??x-oss-object-acl: public-read-write', but must", "'bad name'", "value 'ü' of 'app'", "Tags: has 11" },
            part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}
