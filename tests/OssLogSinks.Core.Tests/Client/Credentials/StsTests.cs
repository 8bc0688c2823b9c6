using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

/// <summary>AssumeRole and AssumeRoleWithOIDC against an STS that checks signatures, nonces, clocks and tokens.</summary>
public class StsTests
{
    private const string Arn = "acs:ram::1234567890123456:role/log-writer";
    private const string Oidc = "/?Action=AssumeRoleWithOIDC";
    private const string AssumeRole = "/?Action=AssumeRole";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Oidc_SendsTheTokenAndNoSignature()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa(" oidc-token\n");

        var credentials = await GetAsync(world.Provider("Oidc"));

        Assert.Equal("STS.1", credentials.AccessKeyId);
        Assert.Equal("issued-token-1", credentials.SecurityToken?.Reveal());
        Assert.Equal(world.Time.GetUtcNow().AddHours(1), credentials.Expiration);
        var request = Assert.Single(world.Server.Requests);
        Assert.Equal("oidc-token", request.Form["OIDCToken"]);
        Assert.Equal(Arn, request.Form["RoleArn"]);
        Assert.Equal("acs:ram::1234567890123456:oidc-provider/ack", request.Form["OIDCProviderArn"]);
        Assert.Matches("^ossappend-[A-Za-z0-9.@_-]{1,54}$", request.Form["RoleSessionName"]);
        Assert.DoesNotContain(request.Query.Keys, key => key.StartsWith("Signature", StringComparison.Ordinal) || key == "AccessKeyId");
        Assert.Equal("application/x-www-form-urlencoded", request.Headers["Content-Type"]);
    }

    [Fact]
    public async Task TokenFile_IsReadAgainForEachCall()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa("first");
        var provider = world.Provider("Oidc");
        var first = await GetAsync(provider);
        world.SetUpRrsa("second");

        await GetAsync(provider, first);

        Assert.Equal(["first", "second"], world.Server.Requests.Select(request => request.Form["OIDCToken"]));
    }

    [Fact]
    public async Task TokenFileBehindALink_FollowsTheLink()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        await using var world = await CredentialsWorld.StartAsync();
        var old = world.WriteFile("1/token", "first");
        var link = Path.Combine(world.Home, "link");
        File.CreateSymbolicLink(link, old);
        world.SetUpRrsa();
        world.With("ALIBABA_CLOUD_OIDC_TOKEN_FILE", link);
        var provider = world.Provider("Oidc");
        var first = await GetAsync(provider);

        // As kubelet does it.
        File.CreateSymbolicLink(link + "2", world.WriteFile("2/token", "second"));
        File.Move(link + "2", link, overwrite: true);
        File.Delete(old);
        await GetAsync(provider, first);

        Assert.Equal("second", world.Server.Requests[^1].Form["OIDCToken"]);
    }

    [Fact]
    public async Task ExpiredTokenWithoutANewOne_IsReportedAtOnce()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa("old");
        world.Server.OidcToken = "new";

        var failure = await FailureAsync(world.Provider("Oidc"));

        Assert.Equal(1, world.Server.CountSts());
        Assert.Contains("refused AssumeRoleWithOIDC with status 400 AuthenticationFail.OIDCToken.Expired", failure, StringComparison.Ordinal);
        Assert.Contains("The token file is not renewed", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredTokenThatWasRenewedMeanwhile_IsReadAgain()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa("old");
        world.Server.OidcToken = "new";
        var renewed = new TaskCompletionSource();
        world.Server.AnswerNext(Oidc, CredentialsServer.StsError(400, "AuthenticationFail.OIDCToken.Expired") with { After = renewed.Task });

        var getting = GetAsync(world.Provider("Oidc"));
        await Wait.UntilAsync(() => world.Server.CountSts() > 0).InTime();
        world.SetUpRrsa("new");
        renewed.SetResult();

        Assert.Equal("STS.1", (await getting).AccessKeyId);
    }

    [Fact]
    public async Task TokenFileWithoutAnEnd_IsNotReadOn()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The device is one of Unix.");
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.With("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/dev/zero");

        Assert.Contains("The OIDC token file '/dev/zero' is too long for a token", await FailureAsync(world.Provider("Oidc")).InTime(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "cannot be read (FileNotFoundException)")]
    [InlineData(" \n", "is empty")]
    public async Task TokenFileWithoutAToken_IsReported(string? content, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        var file = world.SetUpRrsa(content ?? "");
        if (content is null)
            File.Delete(file);

        Assert.Contains($"The OIDC token file '{file}' {expected}", await FailureAsync(world.Provider("Oidc")), StringComparison.Ordinal);
        Assert.Empty(world.Server.Requests);
    }

    [Theory]
    [InlineData("ALIBABA_CLOUD_ROLE_ARN")]
    [InlineData("ALIBABA_CLOUD_OIDC_PROVIDER_ARN")]
    [InlineData("ALIBABA_CLOUD_OIDC_TOKEN_FILE")]
    public async Task MissingVariableOfRrsa_IsNamed(string variable)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.With(variable, null);

        Assert.Contains(variable + " is not set. With RRSA, label the pod", await FailureAsync(world.Provider("Oidc")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AssumeRole_IsSignedByItsCaller()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.Caller = new OssCredentials("STS.caller", "caller+secret/=", "tok+en/==");
        world.Enter();
        var provider = new AssumeRoleCredentialsProvider(Arn, new StaticCredentialsProvider(world.Server.Caller), "shop@host", "a~b*c(d)'!");

        Assert.Equal("STS.1", (await GetAsync(provider)).AccessKeyId);
        var request = Assert.Single(world.Server.Requests);
        Assert.Equal("shop@host", request.Form["RoleSessionName"]);
        Assert.Equal("a~b*c(d)'!", request.Form["ExternalId"]);
        Assert.Equal("HMAC-SHA1", request.Query["SignatureMethod"]);
    }

    [Fact]
    public async Task EachCall_HasANonceOfItsOwn()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var provider = NewAssumeRole(world);
        world.Server.AnswerNext(AssumeRole, CredentialsServer.StsError(400, "SignatureNonceUsed"));

        var first = await GetAsync(provider);
        await GetAsync(provider, first);

        Assert.Equal(3, world.Server.Requests.Select(request => request.Query["SignatureNonce"]).Distinct().Count());
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(20)]
    public async Task WrongClock_IsCorrectedByTheAnswer(int minutes)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.Time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(world.Time.GetUtcNow().AddMinutes(minutes));

        await GetAsync(NewAssumeRole(world));

        Assert.Equal(2, world.Server.CountSts());
    }

    [Fact]
    public async Task RefusedCaller_IsAskedForOthersOnce()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Enter();
        var source = new Rotating(new OssCredentials("LTAIold", "old-secret"), world.Server.Caller);

        Assert.Equal("STS.1", (await GetAsync(new AssumeRoleCredentialsProvider(Arn, source))).AccessKeyId);
        Assert.Equal(["LTAIold", "LTAIcaller"], world.Server.Requests.Select(request => request.Query["AccessKeyId"]));
    }

    [Fact]
    public async Task RefusedCallerWithoutOthers_IsNotSentAgain()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Enter();
        var provider = new AssumeRoleCredentialsProvider(Arn, new StaticCredentialsProvider("LTAIold", "old-secret"));

        var failure = await FailureAsync(provider);

        Assert.Equal(1, world.Server.CountSts());
        Assert.Contains("InvalidAccessKeyId.NotFound", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedCallerThatIsFetched_IsRenewedBeforeItIsSentAgain()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.Server.Caller = world.Temporary(2);
        world.Enter();
        var provider = new AssumeRoleCredentialsProvider(Arn, OssCredentialsProviders.FromName("Oidc"));
        await provider.GetCredentialsAsync(null, Cancel).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);

        // OIDC gave the first one, which was refused, and then the second one at once.
        Assert.Equal(["AssumeRoleWithOIDC", "AssumeRole", "AssumeRoleWithOIDC", "AssumeRole"], world.Server.Requests.Select(request => request.Query["Action"]));
        Assert.Equal("STS.2", world.Server.Requests[^1].Query["AccessKeyId"]);
    }

    [Theory]
    [InlineData(400, "InvalidParameter.RoleArn", "Correct the role's ARN")]
    [InlineData(400, "InvalidParameter.RoleSessionName", "Correct the session name")]
    [InlineData(400, "InvalidParameter.DurationSeconds", "Correct the duration")]
    [InlineData(400, "InvalidParameter.PolicyGrammar", "Correct the policy")]
    [InlineData(400, "InvalidParameter.PolicySize", "Correct the policy")]
    [InlineData(400, "InvalidParameter", "Correct the role's ARN, the session name")]
    [InlineData(400, "SignatureDoesNotMatch", "Correct the access key secret")]
    [InlineData(403, "IncompleteSignature", "Correct the access key secret")]
    [InlineData(400, "MissingSecurityToken", "security token is missing")]
    [InlineData(404, "InvalidAccessKeyId.NotFound", "unknown, disabled or out of date")]
    [InlineData(403, "InvalidAccessKeyId.Inactive", "unknown, disabled or out of date")]
    [InlineData(403, "NoPermission", "Grant the caller the RAM action sts:AssumeRole")]
    [InlineData(404, "EntityNotExist.Role", "there is no such role")]
    [InlineData(400, "AuthenticationFail.OIDCToken.AudienceNotMatch", "audience sts.aliyuncs.com")]
    [InlineData(400, "AuthenticationFail.OIDCToken.Invalid", "Enable RRSA")]
    [InlineData(400, "AuthenticationFail.OIDCToken.IssuerNotMatch", "Enable RRSA")]
    [InlineData(400, "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch", "update the fingerprint")]
    [InlineData(400, "AuthenticationFail.OIDCToken.IssuerConfigurationBroken", "Enable RRSA")]
    [InlineData(403, "AuthenticationFail.NoPermission", "Correct the ARN of the OIDC provider")]
    [InlineData(429, "Throttling.User", "calls STS too often")]
    [InlineData(429, "Throttling", "calls STS too often")]
    [InlineData(400, "Throttling.Api", "calls STS too often")]
    [InlineData(400, "InvalidTimeStamp.Format", "Set this machine's clock")]
    [InlineData(400, "InvalidTimeStamp.Expired", "Set this machine's clock")]
    [InlineData(500, "InternalError", "status 500 InternalError")]
    public async Task Refusal_NamesCodeHostAndCure(int status, string code, string cure)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        for (var i = 0; i < 2; i++)
            world.Server.AnswerNext(Oidc, CredentialsServer.StsError(status, code, "oidc-token issued-secret"));

        var failure = await FailureAsync(world.Provider("Oidc"));

        Assert.Contains($"STS at sts.aliyuncs.com refused AssumeRoleWithOIDC with status {status} {code} (request 6894B13B-6D71-4EF5-88FA-F32781734A7F).", failure, StringComparison.Ordinal);
        Assert.Contains(cure, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("oidc-token issued", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThrottledAgainAndAgain_IsAskedWithGrowingPauses()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        for (var i = 0; i < 5; i++)
            world.Server.AnswerNext(Oidc, CredentialsServer.StsError(429, "Throttling.User"));
        var provider = world.Provider("Oidc");

        // Each pause is up to a fifth longer: 1, 2, 4, 8 and 16 seconds.
        for (var i = 0; i < 5; i++)
        {
            Assert.Contains("calls STS too often", await FailureAsync(provider), StringComparison.Ordinal);
            Assert.Equal(i + 1, world.Server.CountSts());
            world.Clock.Advance(TimeSpan.FromSeconds(0.75 * (1 << i)));
            await FailureAsync(provider);
            Assert.Equal(i + 1, world.Server.CountSts());
            world.Clock.Advance(TimeSpan.FromSeconds(0.5 * (1 << i)));
        }

        await GetAsync(provider);
        Assert.Equal(6, world.Server.CountSts());
    }

    [Fact]
    public async Task TokenInPlaceOfItsFile_IsNotShown()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.With("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EuYiJ9.c2lnbmF0dXJlMTIzNDU2Nzg5MA");

        var failure = await FailureAsync(world.Provider("Oidc"));

        Assert.Contains("The OIDC token file (not shown, as it looks like a secret) cannot be read", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "<?xml version=\"1.0\"?><Error><RequestId>R-1</RequestId><HostId>h</HostId><Code>NoPermission</Code><Message>m</Message></Error>", "status 403 NoPermission (request R-1)")]
    [InlineData(200, "{\"RequestId\":\"1\"}", "status 200, but without credentials")]
    [InlineData(200, "<html>Login</html>", "status 200, but without credentials")]
    [InlineData(502, "<html>Bad gateway</html>", "status 502, but not as STS does")]
    [InlineData(200, "{\"Credentials\":{\"AccessKeyId\":\"STS.x\",", "status 200, but without credentials")]
    [InlineData(200, "{\"Credentials\":{\"AccessKeyId\":\"STS.x\",\"AccessKeySecret\":\"s\",\"Expiration\":\"2026-03-05T10:05:06Z\"}}", "has no SecurityToken")]
    [InlineData(200, "{\"Credentials\":{\"AccessKeyId\":\"STS.x\",\"AccessKeySecret\":\"s\",\"SecurityToken\":\"t\",\"Expiration\":\"05/03/2026\"}}", "expiration that is no time")]
    [InlineData(302, "", "status 302, but not as STS does")]
    public async Task OtherAnswer_IsReported(int status, string body, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.Server.AnswerNext(Oidc, new CannedAnswer(status, body));

        Assert.Contains(expected, await FailureAsync(world.Provider("Oidc")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSecret_IsReportedWithoutWhatStsRepeats()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Enter();
        var provider = new AssumeRoleCredentialsProvider(Arn, new StaticCredentialsProvider("LTAIcaller", "another-secret"));

        var failure = await FailureAsync(provider);

        Assert.Contains("SignatureDoesNotMatch", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("string to sign", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("another-secret", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttling_IsAskedAgainAfterTheWaitThatStsTells()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.Server.AnswerNext(Oidc, CredentialsServer.StsError(400, "Throttling.User") with { Headers = new Dictionary<string, string> { ["x-acs-retry-after"] = "7000" } });
        var provider = world.Provider("Oidc");
        await FailureAsync(provider);

        world.Clock.Advance(TimeSpan.FromSeconds(6.9));
        await FailureAsync(provider);
        Assert.Equal(1, world.Server.CountSts());
        world.Clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal("STS.1", (await GetAsync(provider)).AccessKeyId);
    }

    [Fact]
    public async Task StsThatDoesNotAnswer_IsGivenUp()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        var never = new TaskCompletionSource();
        world.Server.AnswerNext(Oidc, new CannedAnswer(200, "") { After = never.Task });

        var failing = FailureAsync(world.Provider("Oidc"));
        await Wait.UntilAsync(() => world.Server.Requests.Count > 0).InTime();
        await world.Clock.RunUntilEnd(failing);

        Assert.Contains("STS at sts.aliyuncs.com gave no answer in time", await failing, StringComparison.Ordinal);
        never.SetResult();
    }

    [Theory]
    [InlineData("sts.aliyuncs.com")]
    [InlineData("sts.cn-hangzhou.aliyuncs.com", "ALIBABA_CLOUD_STS_REGION=cn-hangzhou")]
    [InlineData("sts-vpc.cn-hangzhou.aliyuncs.com", "ALIBABA_CLOUD_STS_REGION=cn-hangzhou", "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=TRUE")]
    [InlineData("sts.aliyuncs.com", "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true")]
    [InlineData("sts.example.com", "ALIBABA_CLOUD_STS_ENDPOINT=https://sts.example.com/", "ALIBABA_CLOUD_STS_REGION=cn-hangzhou")]
    [InlineData("sts.aliyuncs.com", "ALIBABA_CLOUD_STS_REGION=cn-wuhan", "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true")]
    [InlineData("sts-vpc.cn-north-2-gov-1.aliyuncs.com", "ALIBABA_CLOUD_STS_REGION=cn-north-2-gov-1")]
    [InlineData("sts-vpc.cn-beijing.aliyuncs.com", "internal=cn-beijing")]
    [InlineData("sts.aliyuncs.com", "internal=cn-qingdao")]
    [InlineData("sts.aliyuncs.com", "internal=cn-beijing", "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=false")]
    [InlineData("sts-vpc.cn-beijing.aliyuncs.com", "internal=cn-beijing", "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=")]
    [InlineData("sts.cn-hangzhou.aliyuncs.com", "internal=cn-beijing", "ALIBABA_CLOUD_STS_REGION=cn-hangzhou")]
    public async Task Host_FollowsFromSettings(string expected, params string[] settings)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        var internalRegion = (string?)null;
        foreach (var setting in settings.Select(setting => setting.Split('=', 2)))
        {
            world.With(setting[0], setting[1]);
            internalRegion = setting[0] == "internal" ? setting[1] : internalRegion;
        }

        var provider = (IRenewingProvider)world.Provider("Oidc");
        provider.Contact.InternalRegion = internalRegion;
        await GetAsync(provider);

        Assert.Equal(expected, Assert.Single(world.Server.StsHosts));
    }

    [Fact]
    public async Task ManyCallersWhileStsIsDown_MakeOneCall()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.Server.AnswerNext(Oidc, CredentialsServer.StsError(503, "ServiceUnavailable"));
        var provider = world.Provider("Oidc");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => FailureAsync(provider)));

        Assert.Equal(1, world.Server.CountSts());
    }

    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    public async Task CultureWithAnotherCalendar_ChangesNothing(string culture)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo(culture);

        var credentials = await GetAsync(world.Provider("Oidc"));

        Assert.Equal(world.Time.GetUtcNow().AddHours(1), credentials.Expiration);
    }

    private static AssumeRoleCredentialsProvider NewAssumeRole(CredentialsWorld world)
    {
        world.Enter();
        return new AssumeRoleCredentialsProvider(Arn, new StaticCredentialsProvider(world.Server.Caller));
    }

    private static async Task<OssCredentials> GetAsync(IOssCredentialsProvider provider, OssCredentials? rejected = null) =>
        await provider.GetCredentialsAsync(rejected, Cancel);

    private static async Task<string> FailureAsync(IOssCredentialsProvider provider) =>
        (await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(null, Cancel).AsTask())).Message;

    private sealed class Rotating(OssCredentials first, OssCredentials second) : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => new(rejected is null ? first : second);
    }
}
