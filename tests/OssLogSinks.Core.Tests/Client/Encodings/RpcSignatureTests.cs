using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Tests.Client.Encodings;

/// <summary>The vectors of Alibaba Cloud's documentation and libraries, and one with every kind of character.</summary>
public class RpcSignatureTests
{
    private static readonly Dictionary<string, string> AssumeRole = new()
    {
        ["SignatureVersion"] = "1.0",
        ["Format"] = "JSON",
        ["Timestamp"] = "2015-09-01T05:57:34Z",
        ["RoleArn"] = "acs:ram::1234567890123:role/firstrole",
        ["RoleSessionName"] = "client",
        ["AccessKeyId"] = "testid",
        ["SignatureMethod"] = "HMAC-SHA1",
        ["Version"] = "2015-04-01",
        ["Action"] = "AssumeRole",
        ["SignatureNonce"] = "571f8fb8-506e-11e5-8e12-b8e8563dc8d2",
    };

    private static readonly Dictionary<string, string> DescribeRegions = new()
    {
        ["AccessKeyId"] = "testid",
        ["Action"] = "DescribeRegions",
        ["Format"] = "XML",
        ["SignatureMethod"] = "HMAC-SHA1",
        ["SignatureNonce"] = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        ["SignatureVersion"] = "1.0",
        ["Timestamp"] = "2016-02-23T12:46:24Z",
        ["Version"] = "2014-05-26",
    };

    [Fact]
    public void DocumentedStsCall_HasItsTextAndSignature()
    {
        const string Text = "GET&%2F&AccessKeyId%3Dtestid%26Action%3DAssumeRole%26Format%3DJSON%26RoleArn%3Dacs%253Aram%253A%253A1234567890123%253Arole%252Ffirstrole%26RoleSessionName%3Dclient%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D571f8fb8-506e-11e5-8e12-b8e8563dc8d2%26SignatureVersion%3D1.0%26Timestamp%3D2015-09-01T05%253A57%253A34Z%26Version%3D2015-04-01";

        Assert.Equal(Text, RpcSignature.StringToSign("GET", AssumeRole));
        Assert.Equal("gNI7b0AyKZHxDgjBGPDgJ1Ce3L4=", RpcSignature.Of("GET", AssumeRole, "testsecret"));
    }

    [Theory]
    [InlineData("GET", "OLeaidS1JvxuMvnyHOwuJ+uX5qY=")]
    [InlineData("POST", "MxbnVAM4w6sft9xjVpe/GCKueuk=")]
    public void DocumentedEcsCall_HasItsSignature(string method, string expected) => Assert.Equal(expected, RpcSignature.Of(method, DescribeRegions, "testsecret"));

    [Fact]
    public void SpecialCharacters_AreSignedAsTheyAreSent()
    {
        var parameters = new Dictionary<string, string>
        {
            ["Action"] = "AssumeRole",
            ["Version"] = "2015-04-01",
            ["Format"] = "JSON",
            ["Timestamp"] = "2026-03-05T10:05:06Z",
            ["SignatureMethod"] = "HMAC-SHA1",
            ["SignatureVersion"] = "1.0",
            ["SignatureNonce"] = "571f8fb8-506e-11e5-8e12-b8e8563dc8d2",
            ["AccessKeyId"] = "STS.testid",
            ["SecurityToken"] = "tok+en/==",
            ["RoleArn"] = "acs:ram::1234567890123:role/log writer",
            ["RoleSessionName"] = "ossappend@host-1_2",
            ["DurationSeconds"] = "3600",
            ["ExternalId"] = "a~b*c(d)'!",
            ["Policy"] = """{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:PutObject","oss:GetObject"],"Resource":"acs:oss:*:*:my-logs/shop/*"}]}""",
        };

        Assert.Equal("3aykY80m+XYntZlbFdGv1JvFbqM=", RpcSignature.Of("POST", parameters, "testsecret"));
    }

    [Theory]
    [InlineData("source", "Jv4yi8SobFhg5t1C7nWLbhBSFZQ=")]
    [InlineData("中文", "CqCYIa39h9SSWuXnTz8F5hh9UPA=")]
    public void BareDigest_IsOfTheTextInUtf8(string text, string expected) => Assert.Equal(expected, RpcSignature.Hmac(text, "secret"));
}
