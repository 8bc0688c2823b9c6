using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Conformance;

/// <summary>Rows 62, 63 and 75 to 91: addressing, uploads, deletions, listings, buckets, seals.</summary>
public class BucketTests : EmulatorTest
{
    [Theory]
    [InlineData("logs.localhost")]
    [InlineData("logs.127.0.0.1:80")]
    [InlineData("logs.oss-cn-hangzhou.aliyuncs.com")]
    [InlineData("logs.gateway.test")]
    [InlineData("log.example.com")]
    public async Task VirtualHost_NamesTheBucket(string host)
    {
        Options.CustomDomains["log.example.com"] = "logs";
        Client.VirtualHost = host;
        (await Client.AppendAsync("a/b", 0, "abc")).Is(200);
        Assert.Equal("abc", Text("a/b"));
    }

    [Theory]
    [InlineData("oss-cn-hangzhou.aliyuncs.com")]
    [InlineData("cn-hangzhou.oss.aliyuncs.com")]
    public async Task ServiceHost_ListsBuckets(string host)
    {
        Client.VirtualHost = host;
        var reply = await Client.SendAsync(new TestRequest("GET", "", ""));
        reply.Is(200);
        Assert.Equal("logs", reply.Xml.Descendants("Name").Single().Value);
    }

    [Fact]
    public async Task StrictMode_RefusesPathStyle()
    {
        Options.StrictVirtualHosted = true;
        (await Client.AppendAsync("a", 0, "x")).Is(403, "SecondLevelDomainForbidden");
        Client.VirtualHost = "logs.localhost";
        (await Client.AppendAsync("a", 0, "x")).Is(200);
    }

    [Fact]
    public async Task Put_RefusesOverwriteAndStrangeHeaders()
    {
        (await Client.SendAsync(Put().With("If-Modified-Since", "Thu, 05 Mar 2026 04:05:06 GMT"))).Is(400, "NotImplemented");
        (await Client.SendAsync(Put().With("x-oss-forbid-overwrite", "true"))).Is(200);
        (await Client.SendAsync(Put().With("x-oss-forbid-overwrite", "true"))).Is(409, "FileAlreadyExists", "0026-00000002");
        static TestRequest Put() => new("PUT", "logs", "a") { Body = [1] };
    }

    [Fact]
    public async Task Delete_SucceedsWithAndWithoutObject()
    {
        Emulator.PutObject("logs", "a", "x"u8);
        (await Client.SendAsync("DELETE", "a")).Is(204);
        (await Client.SendAsync("DELETE", "a")).Is(204);
        Assert.Null(Emulator.FindObject("logs", "a"));
    }

    [Fact]
    public async Task CopyOfAppendable_IsRefused()
    {
        Emulator.AppendAsForeignWriter("logs", "a", "x"u8);
        Emulator.PutObject("logs", "n", "x"u8);
        (await Client.SendAsync(new TestRequest("PUT", "logs", "b").With("x-oss-copy-source", "/logs/a"))).Is(400, "OperationNotSupported");
        (await Client.SendAsync(new TestRequest("PUT", "logs", "b").With("x-oss-copy-source", "/logs/n"))).Is(200);
    }

    [Fact]
    public async Task ListV2_PagesThroughInByteOrder()
    {
        string[] keys = ["a", "a/1", "a/2", "b", "\uFB00", "😀"];
        foreach (var key in keys.Reverse())
            Emulator.AppendAsForeignWriter("logs", key, "x"u8);

        var found = new List<string>();
        for (var token = ""; ;)
        {
            var page = await Client.SendAsync("GET", "", ("list-type", "2"), ("max-keys", "2"), ("continuation-token", token));
            page.Is(200);
            Assert.Equal("2", page.Xml.Element("KeyCount")!.Value);
            Assert.All(page.Xml.Elements("Contents"), entry => Assert.Equal("Appendable", entry.Element("Type")!.Value));
            found.AddRange(page.Xml.Elements("Contents").Select(entry => entry.Element("Key")!.Value));
            if (page.Xml.Element("IsTruncated")!.Value == "false")
                break;

            token = page.Xml.Element("NextContinuationToken")!.Value;
        }

        Assert.Equal(keys, found);
    }

    [Fact]
    public async Task Delimiter_FoldsAcrossPages()
    {
        foreach (var key in new[] { "a", "d/1", "d/2", "z" })
            Emulator.AppendAsForeignWriter("logs", key, "x"u8);

        var first = await Client.SendAsync("GET", "", ("list-type", "2"), ("delimiter", "/"), ("max-keys", "2"));
        Assert.Equal("d/", first.Xml.Element("CommonPrefixes")!.Value.Trim());
        var token = first.Xml.Element("NextContinuationToken")!.Value;
        var second = await Client.SendAsync("GET", "", ("list-type", "2"), ("delimiter", "/"), ("max-keys", "2"), ("continuation-token", token));
        Assert.Equal("z", second.Xml.Elements("Contents").Single().Element("Key")!.Value);
        Assert.Empty(second.Xml.Elements("CommonPrefixes"));
    }

    [Fact]
    public async Task UrlEncoding_EncodesKeys()
    {
        Emulator.AppendAsForeignWriter("logs", "a b\u0001&日", "x"u8);
        var page = await Client.SendAsync("GET", "", ("list-type", "2"), ("encoding-type", "url"));
        Assert.Equal("a%20b%01%26%E6%97%A5", page.Xml.Element("Contents")!.Element("Key")!.Value);
        Assert.Equal("url", page.Xml.Element("EncodingType")!.Value);
    }

    [Theory]
    [InlineData("max-keys", "1001")]
    [InlineData("max-keys", "0")]
    [InlineData("max-keys", "many")]
    [InlineData("encoding-type", "html")]
    public async Task BadListArgument_IsRefused(string name, string value) =>
        (await Client.SendAsync("GET", "", ("list-type", "2"), (name, value))).Is(400, "InvalidArgument");

    [Fact]
    public async Task Bucket_ComesAndGoes()
    {
        (await SendAsync("PUT", "new-bucket")).Is(200);
        (await SendAsync("PUT", "new-bucket")).Is(200);
        (await SendAsync("PUT", "Bad_Name")).Is(400, "InvalidBucketName");
        Emulator.PutObject("new-bucket", "a", "x"u8);
        (await SendAsync("DELETE", "new-bucket")).Is(409, "BucketNotEmpty");
        Emulator.DeleteObject("new-bucket", "a");
        (await SendAsync("DELETE", "new-bucket")).Is(204);
        (await SendAsync("GET", "new-bucket")).Is(404, "NoSuchBucket");
        Task<TestReply> SendAsync(string method, string bucket) => Client.SendAsync(new TestRequest(method, bucket, ""));
    }

    [Fact]
    public async Task Seal_NotEnabled_IsNotSupported()
    {
        Emulator.AppendAsForeignWriter("logs", "a", "x"u8);
        (await SealAsync(1)).Is(400, "OperationNotSupported", "0016-00000513");
    }

    [Fact]
    public async Task Seal_ClosesTheObjectOnce()
    {
        Options.SealEnabled = true;
        Emulator.AppendAsForeignWriter("logs", "a", "x"u8);
        (await SealAsync(0)).Is(409, "PositionNotEqualToLength");
        var first = await SealAsync(1);
        first.Is(200);
        Emulator.ShiftClock(TimeSpan.FromMinutes(5));
        Assert.Equal(first["x-oss-sealed-time"], (await SealAsync(1))["x-oss-sealed-time"]);
        (await SealAsync(0)).Is(409, "PositionNotEqualToLength");
        (await Client.AppendAsync("a", 1, "x")).Is(409, "AppendSealedObjectNotAllowed");
        Options.AppendAfterSealStatus = 400;
        (await Client.AppendAsync("a", 1, "x")).Is(400, "AppendSealedObjectNotAllowed");
        var head = await Client.HeadAsync("a");
        Assert.Equal(("Appendable", first["x-oss-sealed-time"]), (head["x-oss-object-type"], head["x-oss-sealed-time"]));
    }

    private Task<TestReply> SealAsync(long position) =>
        Client.SendAsync(new TestRequest("POST", "logs", "a") { Query = [("seal", ""), ("position", $"{position}")], Body = [] });
}
