using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Tests.Authentication;

/// <summary>The V4 vectors of the SDKs' own tests, and the computed ones.</summary>
public class V4SignatureTests
{
    private const string Payload = "x-oss-content-sha256: UNSIGNED-PAYLOAD";
    private const string SdkKey = "1234+-/123/1.txt";
    private const string SdkQuery = "param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2&%7Cparam2&param2";
    private const string LogKey = "logs/2026/03/05/app.log";
    private const string Example = "SKEXAMPLE0123456789";

    private static readonly string[] SdkHeaders = ["x-oss-head1: value", "abc: value", "ZAbc: value", "XYZ: value", "content-type: text/plain", Payload];

    [Fact]
    public void SdkVector_QueryAndSpecialCharacters() => Verify(
        VectorRequest.Of("PUT", "bucket", SdkKey, SdkQuery, [.. SdkHeaders, "x-oss-date: 20231216T162057Z"]),
        "20231216T162057Z",
        "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe");

    [Fact]
    public void SdkVector_SecurityToken() => Verify(
        VectorRequest.Of("PUT", "bucket", SdkKey, SdkQuery, [.. SdkHeaders, "x-oss-date: 20231217T034736Z", "x-oss-security-token: token"]),
        "20231217T034736Z",
        "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea");

    [Fact]
    public void SdkVector_AdditionalHeaders() => Verify(
        VectorRequest.Of("PUT", "bucket", SdkKey, SdkQuery, [.. SdkHeaders, "x-oss-date: 20231216T172512Z"]),
        "20231216T172512Z",
        "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
        additional: ["abc", "zabc"]);

    [Fact]
    public void SdkVector_AppendObject() => Verify(
        VectorRequest.Of("POST", "bucket", "object", "append&position=0", "content-type: text/plain", Payload, "x-oss-date: 20231216T162057Z"),
        "20231216T162057Z",
        "f7a645f23a0434ea90d5e2bb2bca90d0fda9ef4bc54a9c5008b2134e7c9023f2");

    [Fact]
    public void SdkVector_DateHeaderOnly() => Verify(
        VectorRequest.Of("PUT", "bucket", SdkKey, SdkQuery, SdkHeaders),
        "20231216T162057Z",
        "9efc975fb94480f28a9ab2fcf5b23b4170d83a069838df4e77501d79868bd829");

    [Fact]
    public void SdkVector_QueryForm() => Verify(
        VectorRequest.Of(
            "PUT",
            "bucket",
            SdkKey,
            SdkQuery + "&x-oss-credential=ak%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20231217T025437Z&x-oss-expires=599"
                + "&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=left-out",
            "x-oss-head1: value",
            "abc: value",
            "content-type: application/octet-stream"),
        "20231217T025437Z",
        "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe");

    [Fact]
    public void ComputedVector_CreatingAppend() => Verify(
        VectorRequest.Of(
            "POST",
            "examplebucket",
            LogKey,
            "append&position=0",
            "Content-Type: text/plain; charset=utf-8",
            "x-oss-object-acl: private",
            "x-oss-storage-class: Standard",
            "x-oss-meta-app: demo",
            Payload,
            "x-oss-date: 20260305T040506Z"),
        "20260305T040506Z",
        "3553b65995663f52bc9b209684b49c200d3bc4503b3e3e6694d6285d12730575",
        Example,
        "cn-shanghai");

    [Fact]
    public void ComputedVector_TokenAndNonAsciiKey() => Verify(
        VectorRequest.Of(
            "POST",
            "examplebucket",
            "日志/app log+1(2).txt",
            "append&position=1048576",
            "Content-Type: application/octet-stream",
            "Content-Length: 20",
            "Host: examplebucket.oss-cn-hangzhou.aliyuncs.com",
            "x-oss-security-token: CAISexample+token/with=chars==",
            Payload,
            "x-oss-date: 20260305T040507Z"),
        "20260305T040507Z",
        "3506dae8781c2a74048131cda64934f2e86f2eb0f79a37028876ed1f9a941663",
        Example,
        additional: ["content-length", "host"]);

    [Theory]
    [InlineData("HEAD", LogKey, "", "", "20260305T040508Z", "48d26e6d75e11019fcd5cf46f1bf2a75431da7859cca25a79ba87dc0a5029e89")]
    [InlineData("GET", "", "list-type=2&prefix=logs%2F2026%2003%2F&continuation-token=Cg1hL2I%2BYz09%2Fw%3D%3D&max-keys=100&encoding-type=url", "", "20260305T040509Z", "ce18cb603d9ea653bc80af3ba4650ccc5fd6634e95c302aad9af83213a1213d3")]
    [InlineData("GET", LogKey, "", "x-oss-range-behavior: standard", "20260305T040510Z", "6eb3389cfad6b372fa73875bcb03701fc5b34cd5d6ebeed9a389de0915ee43fe")]
    public void ComputedVector_Reads(string method, string key, string query, string header, string date, string signature)
    {
        string[] headers = [Payload, $"x-oss-date: {date}", "Range: bytes=0-9"];
        Verify(VectorRequest.Of(method, "examplebucket", key, query, header.Length == 0 ? headers : [.. headers, header]), date, signature, Example);
    }

    private static void Verify(
        OssRequest request, string date, string expected, string secret = "sk", string region = "cn-hangzhou", string[]? additional = null)
    {
        var claim = new SignatureClaim(SignatureForm.V4Header, "ak", expected)
        {
            DateText = date,
            Scope = new CredentialScope(date[..8], region, "oss"),
            AdditionalHeaders = additional ?? [],
        };
        var stringToSign = V4Signature.StringToSign(V4Signature.CanonicalRequest(request, claim), claim);
        Assert.Equal(expected, V4Signature.Sign(stringToSign, V4Signature.SigningKey(secret, claim.Scope)));
    }
}
