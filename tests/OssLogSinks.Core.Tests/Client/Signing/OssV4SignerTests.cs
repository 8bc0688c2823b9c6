using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Client.Signing;

using static OssLogSinks.Core.Tests.Client.Signing.SigningInputs;

namespace OssLogSinks.Core.Tests.Client.Signing;

public class OssV4SignerTests
{
    private const string Query = "param1=value1&+param1=value3&|param1=value4&+param2&|param2&param2";
    private const string CanonicalQuery = "%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2";
    private static readonly string[] SdkHeaders = ["x-oss-head1: value", "abc: value", "ZAbc: value", "XYZ: value", "content-type: text/plain"];
    private static readonly OssCredentials Ak = new("ak", "sk");
    private static readonly OssCredentials Example = new("AKIDEXAMPLE", "SKEXAMPLE0123456789");
    private static readonly OssCredentials ExampleWithToken = new("AKIDEXAMPLE", "SKEXAMPLE0123456789", "CAISexample+token/with=chars==");

    [Fact]
    public void QueryAndSpecialCharacters_MatchTheSdkVector() => Check(
        Of("PUT", "bucket", "1234+-/123/1.txt", Query, SdkHeaders), Ak, "20231216T162057Z",
        Lines(
            "PUT", "/bucket/1234%2B-/123/1.txt", CanonicalQuery,
            "content-type:text/plain", "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20231216T162057Z", "x-oss-head1:value",
            "", "", "UNSIGNED-PAYLOAD"),
        "f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4",
        "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe");

    [Fact]
    public void SecurityToken_MatchesTheSdkVector() => Check(
        Of("PUT", "bucket", "1234+-/123/1.txt", Query, SdkHeaders), new OssCredentials("ak", "sk", "token"), "20231217T034736Z",
        Lines(
            "PUT", "/bucket/1234%2B-/123/1.txt", CanonicalQuery,
            "content-type:text/plain", "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20231217T034736Z", "x-oss-head1:value",
            "x-oss-security-token:token",
            "", "", "UNSIGNED-PAYLOAD"),
        "69494678fb11579d4ee12996e2796d9e2ba43c34aa4c723c4aec018f3d6b86b8",
        "OSS4-HMAC-SHA256 Credential=ak/20231217/cn-hangzhou/oss/aliyun_v4_request,Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea");

    [Fact]
    public void Append_MatchesTheSdkVector() => Check(
        Of("POST", "bucket", "object", "append&position=0", "content-type: text/plain"), Ak, "20231216T162057Z",
        Lines(
            "POST", "/bucket/object", "append&position=0",
            "content-type:text/plain", "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20231216T162057Z",
            "", "", "UNSIGNED-PAYLOAD"),
        "23834db5581a923c24130b228eacdc50e763f5161439620e651f85ab87410eed",
        "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=f7a645f23a0434ea90d5e2bb2bca90d0fda9ef4bc54a9c5008b2134e7c9023f2");

    [Fact]
    public void DateHeaderOnly_MatchesTheSdkVector()
    {
        var input = Of("PUT", "bucket", "1234+-/123/1.txt", Query, [.. SdkHeaders, "x-oss-content-sha256: UNSIGNED-PAYLOAD"]);
        var request = OssV4Signer.CanonicalRequest(input);
        var signer = new OssV4Signer("cn-hangzhou");

        Assert.Equal(
            Lines(
                "OSS4-HMAC-SHA256", "20231216T162057Z", "20231216/cn-hangzhou/oss/aliyun_v4_request",
                "068f4aca83d49df1bdedaf73bb024dade6e8aebc7f880481f840553ccd752590"),
            signer.StringToSign(request, "20231216T162057Z"));
        Assert.EndsWith(
            "Signature=9efc975fb94480f28a9ab2fcf5b23b4170d83a069838df4e77501d79868bd829",
            signer.Authorization(request, Ak, "20231216T162057Z"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void CreatingAppendWithProperties_MatchesTheComputedVector() => Check(
        Of(
            "POST", "examplebucket", "logs/2026/03/05/app.log", "append&position=0",
            "Content-Type: text/plain; charset=utf-8", "x-oss-object-acl: private", "x-oss-storage-class: Standard", "x-oss-meta-app: demo"),
        Example, "20260305T040506Z",
        Lines(
            "POST", "/examplebucket/logs/2026/03/05/app.log", "append&position=0",
            "content-type:text/plain; charset=utf-8", "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20260305T040506Z",
            "x-oss-meta-app:demo", "x-oss-object-acl:private", "x-oss-storage-class:Standard",
            "", "", "UNSIGNED-PAYLOAD"),
        "4a7a2c7be0199d0d3afb5fc524e5b2663908d991fcf7298c0f33533c2d31aae2",
        "OSS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260305/cn-shanghai/oss/aliyun_v4_request,Signature=3553b65995663f52bc9b209684b49c200d3bc4503b3e3e6694d6285d12730575",
        "cn-shanghai");

    [Fact]
    public void TokenAndNonAsciiKey_MatchTheComputedVector() => Check(
        Of(
            "POST", "examplebucket", "日志/app log+1(2).txt", "append&position=1048576",
            "Content-Type: application/octet-stream", "Content-Length: 20", "Host: examplebucket.oss-cn-hangzhou.aliyuncs.com"),
        ExampleWithToken, "20260305T040507Z",
        Lines(
            "POST", "/examplebucket/%E6%97%A5%E5%BF%97/app%20log%2B1%282%29.txt", "append&position=1048576",
            "content-type:application/octet-stream", "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20260305T040507Z", "x-oss-security-token:CAISexample+token/with=chars==",
            "", "", "UNSIGNED-PAYLOAD"),
        "2b3732b78f3a7324f14e3da4760545b2c2d28cc8e801ffe251a766ed61d0cc13",
        "OSS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260305/cn-hangzhou/oss/aliyun_v4_request,Signature=d045cd2fcacae65ae3e3251b9c226257ca077f0bc1902675d2377bc4d0996fa7");

    [Fact]
    public void Head_MatchesTheComputedVector() => Check(
        Of("HEAD", "examplebucket", "logs/2026/03/05/app.log", ""), Example, "20260305T040508Z",
        Lines(
            "HEAD", "/examplebucket/logs/2026/03/05/app.log", "",
            "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20260305T040508Z",
            "", "", "UNSIGNED-PAYLOAD"),
        "c1d5cff4db69f6639e3b4d8f354a13e93d7b98c5ccc268fd28bad7a3e2996c3d",
        "OSS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260305/cn-hangzhou/oss/aliyun_v4_request,Signature=48d26e6d75e11019fcd5cf46f1bf2a75431da7859cca25a79ba87dc0a5029e89");

    [Fact]
    public void Listing_MatchesTheComputedVector() => Check(
        Of(
            "GET", "examplebucket", null,
            "list-type=2&prefix=logs/2026 03/&continuation-token=Cg1hL2I%2BYz09%2Fw%3D%3D&max-keys=100&encoding-type=url"),
        Example, "20260305T040509Z",
        Lines(
            "GET", "/examplebucket/",
            "continuation-token=Cg1hL2I%2BYz09%2Fw%3D%3D&encoding-type=url&list-type=2&max-keys=100&prefix=logs%2F2026%2003%2F",
            "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20260305T040509Z",
            "", "", "UNSIGNED-PAYLOAD"),
        "81c14a32f591c67deccab1d1376a5c1e5634f19d7f53f451c711d153dccc82c6",
        "OSS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260305/cn-hangzhou/oss/aliyun_v4_request,Signature=ce18cb603d9ea653bc80af3ba4650ccc5fd6634e95c302aad9af83213a1213d3");

    [Fact]
    public void RangedGet_MatchesTheComputedVector() => Check(
        Of("GET", "examplebucket", "logs/2026/03/05/app.log", "", "Range: bytes=0-9", "x-oss-range-behavior: standard"), Example, "20260305T040510Z",
        Lines(
            "GET", "/examplebucket/logs/2026/03/05/app.log", "",
            "x-oss-content-sha256:UNSIGNED-PAYLOAD", "x-oss-date:20260305T040510Z", "x-oss-range-behavior:standard",
            "", "", "UNSIGNED-PAYLOAD"),
        "38172767f6253c459775ade714197d8b51b4b102a234f756de810d37783b184e",
        "OSS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260305/cn-hangzhou/oss/aliyun_v4_request,Signature=6eb3389cfad6b372fa73875bcb03701fc5b34cd5d6ebeed9a389de0915ee43fe");

    [Theory]
    [InlineData("20231216/cn-hangzhou/oss/aliyun_v4_request", "sk", "text", true)]
    [InlineData("20231217/cn-hangzhou/oss/aliyun_v4_request", "sk", "text", false)]
    [InlineData("20231216/cn-hangzhou/oss/aliyun_v4_request", "other", "text", false)]
    public void CachedKey_FitsItsSecretAndScopeOnly(string scope, string secret, string text, bool fits)
    {
        var key = SigningKey.Derive("sk", "20231216/cn-hangzhou/oss/aliyun_v4_request");

        Assert.Equal(fits, key.Fits(secret, scope));
        Assert.Equal(fits, key.Sign(text) == SigningKey.Derive(secret, scope).Sign(text));
    }

    [Fact]
    public void KeyDerivation_MatchesTheVectorStepByStep()
    {
        var key = "aliyun_v4sk"u8.ToArray();
        var steps = new List<string>();
        foreach (var part in "20231216/cn-hangzhou/oss/aliyun_v4_request".Split('/'))
        {
            key = Digest.HmacSha256(key, part);
            steps.Add(Digest.ToHex(key));
        }

        Assert.Equal(
            [
                "151acc75ab7203acc219c35ef7415d0c604d059c7140665fe78233ec8ae7f9ea",
                "cd7fb718a1d15d167938c1ea34698de973b43added106b102eba0973c9aad028",
                "fde9c360ae5165f5a84690330c8bc545e6bde502ba8ba4972db81e5a2ea80bec",
                "b412a03b134ebddd720f5167b5de6db66620ebb3b01cff4d49e3ccb09f8de97f",
            ],
            steps);
    }

    [Fact]
    public void NextDayOrOtherSecret_IsSignedWithAnotherKey()
    {
        var signer = new OssV4Signer("cn-hangzhou");
        string Sign(string secret, string stamp)
        {
            var input = Of("POST", "bucket", "object", "append&position=0", "content-type: text/plain");
            signer.Sign(input, new OssCredentials("ak", secret), Time(stamp));
            return input.Headers["authorization"];
        }

        var first = Sign("sk", "20231216T162057Z");
        Assert.NotEqual(first, Sign("sk", "20231217T162057Z"));
        Assert.NotEqual(first, Sign("other", "20231216T162057Z"));
        Assert.Equal(first, Sign("sk", "20231216T162057Z"));
    }

    private static void Check(
        SigningInput input, OssCredentials credentials, string stamp, string canonical, string hash, string authorization,
        string region = "cn-hangzhou")
    {
        var signer = new OssV4Signer(region);

        signer.Sign(input, credentials, Time(stamp));

        input.Headers.Remove("authorization", out var signed);
        var request = OssV4Signer.CanonicalRequest(input);
        Assert.Equal(canonical, request);
        Assert.Equal(
            Lines("OSS4-HMAC-SHA256", stamp, $"{stamp[..8]}/{region}/oss/aliyun_v4_request", hash), signer.StringToSign(request, stamp));
        Assert.Equal(authorization, signed);
    }
}
