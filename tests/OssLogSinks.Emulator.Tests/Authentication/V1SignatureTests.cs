using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Tests.Authentication;

/// <summary>The V1 vectors of the SDKs' own tests, and the computed ones.</summary>
public class V1SignatureTests
{
    private const string SdkDate = "Wed, 28 Dec 2022 10:27:41 GMT";
    private const string ExampleDate = "Thu, 05 Mar 2026 04:05:06 GMT";
    private const string Example = "SKEXAMPLE0123456789";

    private static readonly string[] SdkHeaders =
    [
        "Content-MD5: eB5eJF1ptWaXm4bijSPyxw==", "Content-Type: text/html", "x-oss-meta-author: alice", "x-oss-meta-magic: abracadabra",
        $"x-oss-date: {SdkDate}",
    ];

    [Theory]
    [InlineData("", "kSHKmLxlyEAKtZPkJhG9bZb5k7M=")]
    [InlineData("acl&non-resousce=123", "/afkugFbmWDQ967j1vr6zygBLQk=")]
    public void SdkVector_Headers(string query, string expected) =>
        Verify(VectorRequest.Of("PUT", "examplebucket", "nelson", query, SdkHeaders), SdkDate, "sk", expected);

    [Fact]
    public void SdkVector_SecurityToken() => Verify(
        VectorRequest.Of("PUT", "examplebucket", "nelson", "", [.. SdkHeaders, "x-oss-security-token: token"]), SdkDate, "sk", "H3PAlN3Vucn74tPVEqaQC4AnLwQ=");

    [Fact]
    public void ComputedVector_CreatingAppend() => Verify(
        VectorRequest.Of(
            "POST",
            "examplebucket",
            "logs/2026/03/05/app.log",
            "append&position=0",
            "Content-Type: text/plain; charset=utf-8",
            "x-oss-object-acl: private",
            "x-oss-meta-app: demo"),
        ExampleDate,
        Example,
        "J31vWUos7NPCJhAKng/Gdn9xVGc=");

    [Fact]
    public void ComputedVector_TokenAndNonAsciiKey() => Verify(
        VectorRequest.Of(
            "POST",
            "examplebucket",
            "日志/app log+1.txt",
            "append&position=1048576",
            "Content-Type: application/octet-stream",
            "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==",
            "x-oss-security-token: CAISexample+token/with=chars=="),
        ExampleDate,
        Example,
        "Wm8Sm4EWx2Jj3EmwfJB7b/7TmmQ=");

    [Fact]
    public void ComputedVector_ObjectMeta() => Verify(
        VectorRequest.Of("HEAD", "examplebucket", "logs/2026/03/05/app.log", "objectMeta"), ExampleDate, Example, "xYEe6l/MJ1ESxJrieD6BvtknbRM=");

    private static void Verify(OssRequest request, string date, string secret, string expected) =>
        Assert.Equal(expected, V1Signature.Sign(V1Signature.StringToSign(request, date), secret));
}
