using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Core.Tests.Client;

public class OssEndpointTests
{
    [Theory]
    [InlineData("oss-cn-hangzhou.aliyuncs.com", "https://bucket.oss-cn-hangzhou.aliyuncs.com/k", "cn-hangzhou")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com/", "https://bucket.oss-cn-hangzhou.aliyuncs.com/k", "cn-hangzhou")]
    [InlineData("HTTP://OSS-CN-Hangzhou.aliyuncs.com", "http://bucket.oss-cn-hangzhou.aliyuncs.com/k", "cn-hangzhou")]
    [InlineData("https://oss-ap-southeast-1-internal.aliyuncs.com", "https://bucket.oss-ap-southeast-1-internal.aliyuncs.com/k", "ap-southeast-1")]
    [InlineData("cn-shanghai.oss.aliyuncs.com", "https://bucket.cn-shanghai.oss.aliyuncs.com/k", "cn-shanghai")]
    public void ServiceEndpoint_IsVirtualHostedAndNamesItsRegion(string endpoint, string uri, string region)
    {
        var made = Create(new OssEndpointSettings(endpoint, "bucket", null));

        Assert.Equal(uri, made.UriOf("k", "").AbsoluteUri);
        Assert.Equal(region, made.Region);
        Assert.Equal(OssAddressingStyle.VirtualHosted, made.AddressingStyle);
    }

    [Theory]
    [InlineData("oss-accelerate.aliyuncs.com", OssAddressingStyle.Automatic, "https://bucket.oss-accelerate.aliyuncs.com/k")]
    [InlineData("oss-accelerate-overseas.aliyuncs.com", OssAddressingStyle.Automatic, "https://bucket.oss-accelerate-overseas.aliyuncs.com/k")]
    [InlineData("logs.example.com", OssAddressingStyle.CustomDomain, "https://logs.example.com/k")]
    [InlineData("gateway.example.com:8443", OssAddressingStyle.Path, "https://gateway.example.com:8443/bucket/k")]
    [InlineData("oss.example.com", OssAddressingStyle.VirtualHosted, "https://bucket.oss.example.com/k")]
    [InlineData("http://127.0.0.1:9000", OssAddressingStyle.Automatic, "http://127.0.0.1:9000/bucket/k")]
    [InlineData("http://[::1]:9000", OssAddressingStyle.Automatic, "http://[::1]:9000/bucket/k")]
    [InlineData("http://localhost:9000", OssAddressingStyle.Automatic, "http://localhost:9000/bucket/k")]
    [InlineData("http://localhost:9000", OssAddressingStyle.VirtualHosted, "http://bucket.localhost:9000/k")]
    [InlineData("http://oss-emulator:9000", OssAddressingStyle.Automatic, "http://oss-emulator:9000/bucket/k")]
    public void OtherEndpoint_NeedsARegionForV4Only(string endpoint, OssAddressingStyle style, string uri)
    {
        var settings = new OssEndpointSettings(endpoint, "bucket", null, style);

        Assert.StartsWith("Region: must be set", Assert.Single(FaultsOf(settings)), StringComparison.Ordinal);
        Assert.Equal(uri, Create(settings with { Region = "cn-hangzhou" }).UriOf("k", "").AbsoluteUri);
        Assert.Equal(uri, Create(settings with { SignatureVersion = OssSignatureVersion.V1 }).UriOf("k", "").AbsoluteUri);
    }

    [Fact]
    public void RegionAlone_MeansItsPublicEndpoint() =>
        Assert.Equal("https://bucket.oss-cn-beijing.aliyuncs.com", Create(new OssEndpointSettings(null, "bucket", "cn-beijing")).Origin);

    [Fact]
    public void BucketOperation_EndsWithASlash()
    {
        Assert.Equal(
            "https://bucket.oss-cn-hangzhou.aliyuncs.com/?list-type=2",
            Create(new OssEndpointSettings("oss-cn-hangzhou.aliyuncs.com", "bucket", null)).UriOf(null, "list-type=2").AbsoluteUri);
        Assert.Equal(
            "http://127.0.0.1/bucket/",
            Create(new OssEndpointSettings("http://127.0.0.1", "bucket", "cn-hangzhou")).UriOf(null, "").AbsoluteUri);
    }

    [Theory]
    [InlineData("a b+c%d#e?f", "a%20b%2Bc%25d%23e%3Ff")]
    [InlineData("日志/app.log", "%E6%97%A5%E5%BF%97/app.log")]
    [InlineData("a//b", "a//b")]
    [InlineData("a/../b", "a/../b")]
    [InlineData("..", "..")]
    [InlineData("a/./b/.", "a/./b/.")]
    [InlineData("a~b%2F(!*')", "a~b%252F%28%21%2A%27%29")]
    [InlineData("a\\b\u0001", "a%5Cb%01")]
    [InlineData("%2E%2E/x", "%252E%252E/x")]
    public void SpecialKey_GoesOverTheWireAsItWasSigned(string key, string path)
    {
        var uri = Create(new OssEndpointSettings("oss-cn-hangzhou.aliyuncs.com", "bucket", null)).UriOf(key, "append&position=0");

        Assert.Equal("/" + path + "?append&position=0", uri.PathAndQuery);
        Assert.Equal("bucket.oss-cn-hangzhou.aliyuncs.com", uri.Host);
    }

    [Theory]
    [InlineData(null, "Endpoint: must be set")]
    [InlineData("", "Endpoint: must be set")]
    [InlineData("ftp://oss-cn-hangzhou.aliyuncs.com", "Endpoint: 'ftp://oss-cn-hangzhou.aliyuncs.com' must begin with 'https://'")]
    [InlineData("https://oss-cn-hangzhou.aliyuncs.com/bucket", "is not a host")]
    [InlineData("https://", "is not a host")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com:99999", "is not a host")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com?x", "is not a host")]
    [InlineData("https://user:pw@oss-cn-hangzhou.aliyuncs.com", "must not contain a user name or password")]
    [InlineData("ftp://user:pw@oss-cn-hangzhou.aliyuncs.com", "must not contain a user name or password")]
    [InlineData("bucket.oss-cn-hangzhou.aliyuncs.com", "write 'oss-cn-hangzhou.aliyuncs.com'")]
    [InlineData("logs.example.com", "AddressingStyle: must be set")]
    [InlineData("oss-cn-hangzhou\u200E.aliyuncs.com", "is not a host")]
    [InlineData("\u202Eoss-cn-hangzhou.aliyuncs.com", "is not a host")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com\uFEFF", "is not a host")]
    [InlineData("oss-cn-hang\u00ADzhou.aliyuncs.com", "is not a host")]
    [InlineData("\uFF4Fss-cn-hangzhou.aliyuncs.com", "is not a host")]
    [InlineData("oss-cn-hangzhou\u3002aliyuncs.com", "is not a host")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com\uD83D", "is not a host")]
    [InlineData("oss-cn-hangzhou.ali\tyuncs.com", "is not a host")]
    public void WrongEndpoint_IsNamedWithItsCure(string? endpoint, string part)
    {
        var faults = FaultsOf(new OssEndpointSettings(endpoint, "bucket", null));

        Assert.Contains(faults, fault => fault.Contains(part, StringComparison.Ordinal));
        Assert.DoesNotContain(faults, fault => fault.Contains("pw", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("oss-cn-hangzhou", "Region: 'oss-cn-hangzhou' must not begin with 'oss-'; write 'cn-hangzhou'.")]
    [InlineData("CN Hangzhou", "Region: 'CN Hangzhou' is not a region id; write lower-case letters, digits and hyphens only, 'cn-hangzhou' for instance.")]
    public void WrongRegion_IsNamedWithItsCure(string region, string fault)
    {
        Assert.Equal([fault], FaultsOf(new OssEndpointSettings("oss-cn-hangzhou.aliyuncs.com", "bucket", region)));
        Assert.Equal([fault], FaultsOf(new OssEndpointSettings(null, "bucket", region)));
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("Bucket")]
    [InlineData("-bucket")]
    [InlineData("bucket-")]
    [InlineData("buc.ket")]
    [InlineData("")]
    public void WrongBucket_IsRefused(string bucket) =>
        Assert.StartsWith("Bucket: ", Assert.Single(FaultsOf(new OssEndpointSettings("oss-cn-hangzhou.aliyuncs.com", bucket, null))), StringComparison.Ordinal);

    [Theory]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\t")]
    [InlineData("\u00A0")]
    [InlineData("\u3000")]
    public void BlankAtAnEnd_IsNamedAsOne(string blank)
    {
        var right = new OssEndpointSettings("oss-cn-hangzhou.aliyuncs.com", "bucket", "cn-hangzhou");
        OssEndpointSettings[] wrong =
        [
            right with { Bucket = blank + right.Bucket }, right with { Bucket = right.Bucket + blank },
            right with { Region = blank + right.Region }, right with { Region = right.Region + blank },
            right with { Endpoint = blank + right.Endpoint }, right with { Endpoint = right.Endpoint + blank },
        ];

        Assert.All(wrong, settings => Assert.Contains("has a space or a line break at its beginning or end; remove it.", Assert.Single(FaultsOf(settings)), StringComparison.Ordinal));
        Assert.StartsWith("Bucket: is blank", Assert.Single(FaultsOf(right with { Bucket = blank })), StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralFaults_AreReportedTogether()
    {
        var faults = FaultsOf(new OssEndpointSettings("ftp://x", "B", "oss-x"));

        Assert.Equal(["Bucket", "Region", "Endpoint"], faults.Select(SettingOf));
        Assert.Equal(["Bucket", "Endpoint"], FaultsOf(new OssEndpointSettings(null, null, null)).Select(SettingOf));
    }

    [Fact]
    public void VirtualHostedAddress_IsRefused() =>
        Assert.Contains(
            "use Path",
            Assert.Single(FaultsOf(new OssEndpointSettings("127.0.0.1", "bucket", "cn-hangzhou", OssAddressingStyle.VirtualHosted))),
            StringComparison.Ordinal);

    private static string SettingOf(string fault) => fault[..fault.IndexOf(':', StringComparison.Ordinal)];

    private static OssEndpoint Create(OssEndpointSettings settings)
    {
        var faults = new List<string>();
        Assert.True(OssEndpoint.TryCreate(settings, faults, out var endpoint), string.Join(' ', faults));
        return endpoint;
    }

    private static List<string> FaultsOf(OssEndpointSettings settings)
    {
        var faults = new List<string>();
        Assert.False(OssEndpoint.TryCreate(settings, faults, out _));
        return faults;
    }
}
