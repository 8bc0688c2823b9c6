using CsCheck;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Core.Tests.Client;

public class OssRegionTests
{
    private static readonly OssNetwork[] Networks = [OssNetwork.Public, OssNetwork.Internal, OssNetwork.Accelerated, OssNetwork.DualStack];

    // As Alibaba Cloud's own ids, 'cn-hangzhou', 'ap-southeast-1', 'cn-shanghai-finance-1'. None ends as a zone does.
    private static readonly Gen<string> Ids =
        Gen.Select(
            Among("cn", "ap", "us", "eu", "me", "na"),
            Gen.Char['a', 'z'].Array[2, 12].Select(letters => new string(letters)),
            Among("", "-1", "-12", "-finance", "-finance-1", "-north-2-gov-1"),
            (land, town, rest) => $"{land}-{town}{rest}");

    // How people write the region of an endpoint that each network has.
    private static readonly Gen<(string Form, OssNetwork Network)> Forms = Among(
        ("{0}", OssNetwork.Public),
        ("oss-{0}", OssNetwork.Public),
        ("oss-{0}.aliyuncs.com", OssNetwork.Public),
        ("bucket.oss-{0}.aliyuncs.com", OssNetwork.Public),
        ("https://oss-{0}.aliyuncs.com/", OssNetwork.Public),
        ("http://bucket.oss-{0}.aliyuncs.com:80/folder", OssNetwork.Public),
        ("{0}-h", OssNetwork.Public),
        ("{0}-internal", OssNetwork.Internal),
        ("oss-{0}-internal", OssNetwork.Internal),
        ("oss-{0}-internal.aliyuncs.com", OssNetwork.Internal),
        ("vpc100-oss-{0}-internal.aliyuncs.com", OssNetwork.Internal),
        ("https://bucket.oss-{0}-internal.aliyuncs.com", OssNetwork.Internal),
        ("{0}.oss.aliyuncs.com", OssNetwork.DualStack),
        ("bucket.{0}.oss.aliyuncs.com", OssNetwork.DualStack));

    [Fact]
    public void AnyForm_IsUnderstoodOrRefusedWithTheRightOne() =>
        Gen.Select(Ids, Forms, Gen.Bool, Gen.Bool, Gen.Bool).Sample((id, form, isUpper, hasUnderscores, hasEndpoint) =>
        {
            var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, form.Form, id);
            text = isUpper ? text.ToUpperInvariant() : text;
            text = hasUnderscores ? text.Replace('-', '_') : text;
            var fault = OssRegion.FaultOf(text, hasEndpoint);

            if (text == id)
            {
                Assert.Null(fault);
                return;
            }

            var cure = form.Network == OssNetwork.Public || hasEndpoint ? "" : $", and set Network to {form.Network}";
            Assert.StartsWith($"Region: '{text}' ", fault, StringComparison.Ordinal);
            Assert.EndsWith($"; write '{id}'{cure}.", fault, StringComparison.Ordinal);
            Assert.Null(OssRegion.FaultOf(id, hasEndpoint));
        });

    [Fact]
    public void EndpointOfAnyRegion_NamesTheRegionAgain() =>
        Gen.Select(Ids, Among(Networks)).Sample((id, network) =>
        {
            var faults = new List<string>();
            Assert.True(OssEndpoint.TryCreate(new OssEndpointSettings(null, "bucket", id, Network: network), faults, out var endpoint), string.Join(" ", faults));
            Assert.Equal(id, endpoint!.Region);
            Assert.Equal($"https://bucket.{OssRegion.EndpointOf(id, network)}", endpoint.Origin);

            Assert.True(EndpointHost.TryParse(OssRegion.EndpointOf(id, network), faults, out _, out var host));
            Assert.Equal(network == OssNetwork.Accelerated ? null : id, host!.Region);
            Assert.Equal(OssAddressingStyle.VirtualHosted, host.UsualStyle);
        });

    [Fact]
    public void AnyText_IsAnIdOrAFault() =>
        Gen.String.Where(text => text.Length > 0).Sample(text =>
            Assert.Equal(
                OssRegion.FaultOf(text, hasEndpoint: false) is null,
                text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-') && !text.StartsWith("oss-", StringComparison.Ordinal)
                    && !text.EndsWith("-internal", StringComparison.Ordinal) && text is not ("accelerate" or "accelerate-overseas")));

    [Theory]
    [InlineData(OssNetwork.Public, "oss-cn-hangzhou.aliyuncs.com")]
    [InlineData(OssNetwork.Internal, "oss-cn-hangzhou-internal.aliyuncs.com")]
    [InlineData(OssNetwork.Accelerated, "oss-accelerate.aliyuncs.com")]
    [InlineData(OssNetwork.DualStack, "cn-hangzhou.oss.aliyuncs.com")]
    public void Network_ChoosesTheEndpoint(OssNetwork network, string endpoint) => Assert.Equal(endpoint, OssRegion.EndpointOf("cn-hangzhou", network));

    [Theory]
    [InlineData("oss-cn-hangzhou", "Region: 'oss-cn-hangzhou' must not begin with 'oss-'; write 'cn-hangzhou'.")]
    [InlineData("cn-hangzhou-internal", "Region: 'cn-hangzhou-internal' is the name of an endpoint; write 'cn-hangzhou', and set Network to Internal.")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com", "Region: 'oss-cn-hangzhou.aliyuncs.com' is the name of an endpoint; write 'cn-hangzhou'.")]
    [InlineData("CN-Hangzhou", "Region: 'CN-Hangzhou' is not written as a region id; write 'cn-hangzhou'.")]
    [InlineData("cn_hangzhou", "Region: 'cn_hangzhou' is not written as a region id; write 'cn-hangzhou'.")]
    [InlineData("cn-hangzhou-h", "Region: 'cn-hangzhou-h' is a zone of a region; write 'cn-hangzhou'.")]
    [InlineData("ap-southeast-1a", "Region: 'ap-southeast-1a' is a zone of a region; write 'ap-southeast-1'.")]
    [InlineData("oss-accelerate.aliyuncs.com", "Region: 'oss-accelerate.aliyuncs.com' names no region, but acceleration; write the bucket's own region, 'cn-hangzhou' for instance, and set Network to Accelerated.")]
    [InlineData("China East 1", "Region: 'China East 1' is not a region id; write lower-case letters, digits and hyphens only, 'cn-hangzhou' for instance.")]
    [InlineData("杭州", "Region: '杭州' is not a region id; write lower-case letters, digits and hyphens only, 'cn-hangzhou' for instance.")]
    [InlineData(" cn-hangzhou", "Region: ' cn-hangzhou' has a space or a line break at its beginning or end; remove it.")]
    public void OtherForm_IsRefusedWithTheRightOne(string region, string fault) => Assert.Equal(fault, OssRegion.FaultOf(region, hasEndpoint: false));

    [Fact]
    public void AccessKeyAsRegion_IsNotShown() => Assert.DoesNotContain("q7", OssRegion.FaultOf("LTAI5tQ7fGh2kLm9nPq3rSt7", hasEndpoint: false), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData(OssNetwork.Internal, "oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou", "Network: Internal chooses an endpoint of the region, but Endpoint names one already; leave one of the two out.")]
    [InlineData(OssNetwork.DualStack, "127.0.0.1", "cn-hangzhou", "Network: DualStack chooses an endpoint of the region, but Endpoint names one already; leave one of the two out.")]
    [InlineData(OssNetwork.Accelerated, null, null, "Network: Accelerated needs the bucket's region; set Region too, to 'cn-hangzhou' for instance.")]
    [InlineData((OssNetwork)4, null, "cn-hangzhou", "Network: is 4, but must be Public, Internal, Accelerated or DualStack.")]
    public void NetworkThatCannotBeUsed_IsRefused(OssNetwork network, string? endpoint, string? region, string fault)
    {
        var faults = new List<string>();

        Assert.False(OssEndpoint.TryCreate(new OssEndpointSettings(endpoint, "bucket", region, Network: network), faults, out _));

        Assert.Equal(fault, faults[0]);
    }

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
