using System.Globalization;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using static OssLogSinks.Core.Tests.Client.Signing.SigningInputs;

namespace OssLogSinks.Core.Tests.Client.Signing;

public class OssV1SignerTests
{
    private const string Date2022 = "Wed, 28 Dec 2022 10:27:41 GMT";
    private const string Date2026 = "Thu, 05 Mar 2026 04:05:06 GMT";

    private static readonly string[] SdkHeaders =
    [
        "Content-MD5: eB5eJF1ptWaXm4bijSPyxw==", "Content-Type: text/html", "x-oss-meta-author: alice", "x-oss-meta-magic: abracadabra",
        "x-oss-date: " + Date2022,
    ];

    private static readonly OssCredentials Ak = new("ak", "sk");
    private static readonly OssCredentials Example = new("AKIDEXAMPLE", "SKEXAMPLE0123456789");
    private static readonly OssCredentials ExampleWithToken = new("AKIDEXAMPLE", "SKEXAMPLE0123456789", "CAISexample+token/with=chars==");

    [Fact]
    public void ObjectWithMetadata_MatchesTheSdkVector() => Check(
        Of("PUT", "examplebucket", "nelson", "", SdkHeaders), Ak, Date2022,
        Lines(
            "PUT", "eB5eJF1ptWaXm4bijSPyxw==", "text/html", Date2022, "x-oss-date:" + Date2022, "x-oss-meta-author:alice",
            "x-oss-meta-magic:abracadabra", "/examplebucket/nelson"),
        "OSS ak:kSHKmLxlyEAKtZPkJhG9bZb5k7M=");

    [Fact]
    public void ParameterThatIsNoSubResource_IsLeftOut() => Check(
        Of("PUT", "examplebucket", "nelson", "acl&non-resousce=123", SdkHeaders), Ak, Date2022,
        Lines(
            "PUT", "eB5eJF1ptWaXm4bijSPyxw==", "text/html", Date2022, "x-oss-date:" + Date2022, "x-oss-meta-author:alice",
            "x-oss-meta-magic:abracadabra", "/examplebucket/nelson?acl"),
        "OSS ak:/afkugFbmWDQ967j1vr6zygBLQk=");

    [Fact]
    public void SecurityToken_MatchesTheSdkVector() => Check(
        Of("PUT", "examplebucket", "nelson", "", SdkHeaders), new OssCredentials("ak", "sk", "token"), Date2022,
        Lines(
            "PUT", "eB5eJF1ptWaXm4bijSPyxw==", "text/html", Date2022, "x-oss-date:" + Date2022, "x-oss-meta-author:alice",
            "x-oss-meta-magic:abracadabra", "x-oss-security-token:token", "/examplebucket/nelson"),
        "OSS ak:H3PAlN3Vucn74tPVEqaQC4AnLwQ=");

    [Fact]
    public void CreatingAppend_MatchesTheComputedVector() => Check(
        Of(
            "POST", "examplebucket", "logs/2026/03/05/app.log", "append&position=0",
            "Content-Type: text/plain; charset=utf-8", "x-oss-object-acl: private", "x-oss-meta-app: demo"),
        Example, Date2026,
        Lines(
            "POST", "", "text/plain; charset=utf-8", Date2026, "x-oss-meta-app:demo", "x-oss-object-acl:private",
            "/examplebucket/logs/2026/03/05/app.log?append&position=0"),
        "OSS AKIDEXAMPLE:J31vWUos7NPCJhAKng/Gdn9xVGc=");

    [Fact]
    public void AppendWithTokenAndNonAsciiKey_MatchesTheComputedVector() => Check(
        Of(
            "POST", "examplebucket", "日志/app log+1.txt", "append&position=1048576",
            "Content-Type: application/octet-stream", "Content-MD5: XUFAKrxLKna5cZ2REBfFkg=="),
        ExampleWithToken, Date2026,
        Lines(
            "POST", "XUFAKrxLKna5cZ2REBfFkg==", "application/octet-stream", Date2026, "x-oss-security-token:CAISexample+token/with=chars==",
            "/examplebucket/日志/app log+1.txt?append&position=1048576"),
        "OSS AKIDEXAMPLE:Wm8Sm4EWx2Jj3EmwfJB7b/7TmmQ=");

    [Fact]
    public void ObjectMeta_MatchesTheComputedVector() => Check(
        Of("HEAD", "examplebucket", "logs/2026/03/05/app.log", "objectMeta"), Example, Date2026,
        Lines("HEAD", "", "", Date2026, "/examplebucket/logs/2026/03/05/app.log?objectMeta"),
        "OSS AKIDEXAMPLE:xYEe6l/MJ1ESxJrieD6BvtknbRM=");

    private static void Check(SigningInput input, OssCredentials credentials, string date, string stringToSign, string authorization)
    {
        new OssV1Signer().Sign(input, credentials, DateTimeOffset.ParseExact(date, "r", CultureInfo.InvariantCulture));

        Assert.Equal(stringToSign, OssV1Signer.StringToSign(input));
        Assert.Equal(authorization, input.Headers["authorization"]);
    }
}
