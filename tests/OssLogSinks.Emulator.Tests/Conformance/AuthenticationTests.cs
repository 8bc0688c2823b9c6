using System.Globalization;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Conformance;

/// <summary>Rows 46 to 61: who asks, when, and with which signature.</summary>
public class AuthenticationTests : EmulatorTest
{
    private const string Key = "app log+1.txt";

    private static readonly EmulatedCredentials Temporary = new("STS.one", "s1") { SecurityToken = "token+1/=" };

    [Fact]
    public async Task UnknownKey_IsNotInTheRecords()
    {
        Client.Signer = Client.Signer with { AccessKeyId = "nobody" };
        (await Client.AppendAsync(Key, 0, "x")).Is(403, "InvalidAccessKeyId", "0002-00000902");
    }

    [Fact]
    public async Task WrongSecret_DoesNotMatchAndSaysWhatWasExpected()
    {
        Client.Signer = Client.Signer with { Secret = "wrong" };
        var reply = await Client.AppendAsync(Key, 0, "x");
        reply.Is(403, "SignatureDoesNotMatch", "0002-00000040");
        Assert.StartsWith("OSS4-HMAC-SHA256\n", reply.Error("StringToSign"), StringComparison.Ordinal);
        Assert.StartsWith("POST\n/logs/app%20log%2B1.txt\nappend&position=0\n", reply.Error("CanonicalRequest"), StringComparison.Ordinal);
        Assert.Equal(64, reply.Error("SignatureProvided")?.Length);
        Assert.Equal(64, (await Client.HeadAsync(Key)).Error("SignatureProvided")?.Length);
    }

    [Theory]
    [InlineData(16, 403)]
    [InlineData(-16, 403)]
    [InlineData(14, 200)]
    [InlineData(-14, 200)]
    public async Task ClockSkew_IsTakenUpToFifteenMinutes(int minutes, int status)
    {
        Emulator.ShiftClock(TimeSpan.FromMinutes(minutes));
        var reply = await Client.AppendAsync(Key, 0, "x");
        reply.Is(status, status == 403 ? "RequestTimeTooSkewed" : null);
        Assert.InRange(DateTimeOffset.Parse(reply["Date"]!, CultureInfo.InvariantCulture) - Client.Now.AddMinutes(minutes), TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
        if (status == 403)
        {
            Assert.Equal(("900000", "0002-00000504"), (reply.Error("MaxAllowedSkewMilliseconds"), reply["x-oss-ec"]));
            Assert.NotNull(reply.Error("ServerTime"));
            Client.Now = DateTimeOffset.Parse(reply["Date"]!, CultureInfo.InvariantCulture);
            (await Client.AppendAsync(Key, 0, "x")).Is(200);
        }
    }

    [Fact]
    public async Task NoDate_IsDenied()
    {
        var request = TestRequest.Append(Key, 0, [1]);
        Client.Signer.SignV4(request, Client.Now);
        request.Headers.Remove("x-oss-date");
        (await Client.SendAsIsAsync(request)).Is(403, "AccessDenied", "0002-00000503");
    }

    [Fact]
    public async Task DateHeaderAlone_IsEnough()
    {
        Client.Signer = Client.Signer with { DateHeaderOnly = true };
        (await Client.AppendAsync(Key, 0, "x")).Is(200);
    }

    [Theory]
    [InlineData("oss-cn-hangzhou", "0002-00000226")]
    [InlineData("cn-shanghai", "0002-00000228")]
    public async Task WrongRegion_IsRefused(string region, string ec)
    {
        Client.Signer = Client.Signer with { Region = region };
        (await Client.AppendAsync(Key, 0, "x")).Is(400, "InvalidArgument", ec);
    }

    [Theory]
    [InlineData("/oss/", "/ecs/", "0002-00000227")]
    [InlineData("Credential=emulator-key/2", "Credential=emulator-key/x2", "0002-00000223")]
    [InlineData("aliyun_v4_request", "aws4_request", "0002-00000202")]
    [InlineData(",Signature", ",AdditionalHeaders=,Signature", "0002-00000209")]
    [InlineData(",Signature", ",AdditionalHeaders=host;,Signature", "0002-00000210")]
    [InlineData("Credential=", "Who=", "0002-00000061")]
    [InlineData(",Signature=", ",AdditionalHeaders=host,x=", "0002-00000061")]
    [InlineData("OSS4-HMAC-SHA256", "AWS4-HMAC-SHA256", "0002-00000061")]
    public async Task MalformedAuthorization_IsRefused(string part, string instead, string ec)
    {
        var request = TestRequest.Append(Key, 0, [1]);
        Client.Signer.SignV4(request, Client.Now);
        request.Headers["Authorization"] = request.Headers["Authorization"].Replace(part, instead, StringComparison.Ordinal);
        (await Client.SendAsIsAsync(request)).Is(400, "InvalidArgument", ec);
    }

    [Theory]
    [InlineData("x-oss-content-sha256", "e3b0c442", "0002-00000214")]
    [InlineData("x-oss-date", "yesterday", "0002-00000212")]
    public async Task MalformedHeader_IsRefused(string header, string value, string ec)
    {
        var request = TestRequest.Append(Key, 0, [1]);
        Client.Signer.SignV4(request, Client.Now);
        request.Headers[header] = value;
        (await Client.SendAsIsAsync(request)).Is(400, "InvalidArgument", ec);
    }

    [Fact]
    public async Task SpacesAndAdditionalHeaders_AreTaken()
    {
        Client.Signer = Client.Signer with { Separator = ", ", AdditionalHeaders = "user-agent" };
        (await Client.SendAsync(TestRequest.Append(Key, 0, [1]).With("User-Agent", "test"))).Is(200);
    }

    [Fact]
    public async Task ChangedHeaderOrQuery_DoesNotMatch()
    {
        var request = TestRequest.Append(Key, 0, [1]).With("x-oss-meta-a", "1");
        Client.Signer.SignV4(request, Client.Now);
        (await Client.SendAsIsAsync(request with { Query = [("append", ""), ("position", "1")] })).Is(403, "SignatureDoesNotMatch");
        (await Client.SendAsIsAsync(request with { Key = "other" })).Is(403, "SignatureDoesNotMatch");
        (await Client.SendAsIsAsync(request.With("x-oss-meta-a", "2"))).Is(403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Token_WorksUntilItExpires()
    {
        Emulator.SetCredentials(Temporary);
        Client.Signer = new TestSigner("STS.one", "s1", Emulator.Region) { Token = Temporary.SecurityToken };
        (await Client.AppendAsync(Key, 0, "x")).Is(200);
        Emulator.ExpireToken("STS.one");
        var reply = await Client.AppendAsync(Key, 1, "x");
        reply.Is(403, "SecurityTokenExpired", "0002-00000007");
        Assert.Equal(Temporary.SecurityToken, reply.Error("SecurityToken"));
    }

    [Fact]
    public async Task WrongToken_IsTold()
    {
        Emulator.SetCredentials(Temporary);
        Emulator.SetCredentials(new EmulatedCredentials("STS.two", "s2") { SecurityToken = "two" });
        var signer = new TestSigner("STS.one", "s1", Emulator.Region);
        Client.Signer = signer with { Token = "damaged" };
        (await Client.AppendAsync(Key, 0, "x")).Is(403, "InvalidSecurityToken");
        Client.Signer = signer with { Token = "two" };
        (await Client.AppendAsync(Key, 0, "x")).Is(403, "AccessKeyIdAndSecurityTokenNotMatch");
        Client.Signer = signer;
        (await Client.AppendAsync(Key, 0, "x")).Is(403, "InvalidAccessKeyId");
    }

    [Fact]
    public async Task NoRight_IsDenied()
    {
        (await Client.SendAsIsAsync(TestRequest.Append(Key, 0, [1]))).Is(403, "AccessDenied");
        Emulator.SetCredentials(new EmulatedCredentials("writer", "w") { DeniedActions = ["oss:GetObject"] });
        Client.Signer = new TestSigner("writer", "w", Emulator.Region);
        (await Client.AppendAsync(Key, 0, "x")).Is(200);
        (await Client.HeadAsync(Key)).Is(403, "AccessDenied", "0003-00000001");
    }

    [Fact]
    public async Task DisabledUserOrBucket_IsTold()
    {
        Emulator.SetCredentials(new EmulatedCredentials("poor", "p") { IsDisabled = true });
        Emulator.DisableBucket("logs");
        (await Client.AppendAsync(Key, 0, "x")).Is(403, "BucketDisable");
        Client.Signer = new TestSigner("poor", "p", Emulator.Region);
        (await Client.AppendAsync(Key, 0, "x")).Is(403, "UserDisable", "0003-00000801");
    }

    [Fact]
    public async Task V1_CoversTheSubResources()
    {
        var request = TestRequest.Append(Key, 0, [1]).With("x-oss-meta-a", "1").With("Content-Type", "text/plain");
        Client.Signer.SignV1(request, Client.Now, "append");
        (await Client.SendAsIsAsync(request)).Is(403, "SignatureDoesNotMatch");
        Client.Signer.SignV1(request, Client.Now, "append", "position");
        (await Client.SendAsIsAsync(request)).Is(200);
        Options.AcceptSignatureV1 = false;
        (await Client.SendAsIsAsync(request)).Is(403, "AccessDenied");
    }

    [Fact]
    public async Task V1_ClockSkew_IsTold()
    {
        var request = TestRequest.Append(Key, 0, [1]);
        Client.Signer.SignV1(request, Client.Now.AddHours(1), "append", "position");
        (await Client.SendAsIsAsync(request)).Is(403, "RequestTimeTooSkewed");
    }

    [Fact]
    public async Task PresignedUrl_WorksUntilItExpires()
    {
        Emulator.AppendAsForeignWriter("logs", Key, "abc"u8);
        var v4 = Client.Signer.PresignV4(new TestRequest("GET", "logs", Key), Client.Now, 60);
        var v1 = Client.Signer.PresignV1(new TestRequest("GET", "logs", Key), Client.Now.AddSeconds(60));
        Assert.Equal(("abc", "abc"), ((await Client.SendAsIsAsync(v4)).Text, (await Client.SendAsIsAsync(v1)).Text));
        Emulator.ShiftClock(TimeSpan.FromSeconds(90));
        (await Client.SendAsIsAsync(v4)).Is(403, "AccessDenied");
        (await Client.SendAsIsAsync(v1)).Is(403, "AccessDenied");
        (await Client.SendAsIsAsync(Client.Signer.PresignV4(new TestRequest("GET", "logs", Key), Client.Now, 604801))).Is(400, "InvalidArgument");
    }
}
