using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

public class MetadataServiceTests
{
    private const string Token = "/latest/api/token";
    private const string Roles = "/latest/meta-data/ram/security-credentials/";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HardenedService_IsAskedWithAToken()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.IsHardened = true;

        var credentials = await GetAsync(world.Provider("RamRole"));

        Assert.Equal("STS.1", credentials.AccessKeyId);
        Assert.Equal(world.Time.GetUtcNow().AddHours(1), credentials.Expiration);
        Assert.Equal([Token, Roles, Roles + "log-writer"], world.Server.Requests.Select(request => request.Path));
        Assert.Equal("PUT", world.Server.Requests[0].Method);
        Assert.Equal("0", world.Server.Requests[0].Headers["Content-Length"]);
        Assert.Equal("21600", world.Server.Requests[0].Headers["X-aliyun-ecs-metadata-token-ttl-seconds"]);
    }

    [Fact]
    public async Task OldService_IsAskedWithoutAToken()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.GivesTokens = false;

        Assert.Equal("STS.1", (await GetAsync(world.Provider("RamRole"))).AccessKeyId);
        Assert.DoesNotContain("X-aliyun-ecs-metadata-token", world.Server.Requests[^1].Headers.Keys);
    }

    [Fact]
    public async Task TokenRequestWithoutAnAnswer_IsGivenUpAfterASecond()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var never = new TaskCompletionSource();
        world.Server.AnswerNext(Token, new CannedAnswer(200, "") { After = never.Task });

        var getting = GetAsync(world.Provider("RamRole:log-writer"));
        while (world.Server.Requests.Count == 0)
            await Task.Yield();

        // The request may be there before its time limit runs, so the clock is advanced again if it was too early.
        while (world.Server.Requests.Count == 1)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            var late = System.Diagnostics.Stopwatch.StartNew();
            while (world.Server.Requests.Count == 1 && late.Elapsed < TimeSpan.FromSeconds(2))
                await Task.Yield();
        }

        Assert.Equal("STS.1", (await getting).AccessKeyId);
        never.SetResult();
    }

    [Fact]
    public async Task Fallback_IsForbiddenByTheEnvironment()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.GivesTokens = false;
        world.With("ALIBABA_CLOUD_IMDSV1_DISABLED", "true");

        Assert.Contains("The metadata service gives no token, and ALIBABA_CLOUD_IMDSV1_DISABLED forbids", await FailureAsync(world.Provider("RamRole")), StringComparison.Ordinal);
        Assert.Single(world.Server.Requests);
    }

    [Fact]
    public async Task Metadata_IsForbiddenByTheEnvironment()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.With("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "True");

        Assert.Contains("ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids", await FailureAsync(world.Provider("RamRole")), StringComparison.Ordinal);
        Assert.Empty(world.Server.Requests);
    }

    [Theory]
    [InlineData("RamRole:log-writer", null)]
    [InlineData("RamRole", "log-writer")]
    public async Task KnownRole_IsNotAskedFor(string word, string? variable)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.With("ALIBABA_CLOUD_ECS_METADATA", variable ?? "");

        await GetAsync(world.Provider(word));

        Assert.Equal([Token, Roles + "log-writer"], world.Server.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task Token_IsUsedAgainForItsLife()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Lifetime = TimeSpan.FromDays(2);
        var provider = world.Provider("RamRole:log-writer");
        var first = await GetAsync(provider);
        world.Clock.Advance(TimeSpan.FromHours(5.9));
        var second = await GetAsync(provider, first);
        Assert.Equal(1, world.Server.Count(Token));

        world.Clock.Advance(TimeSpan.FromHours(0.1));
        await GetAsync(provider, second);

        Assert.Equal(2, world.Server.Count(Token));
    }

    [Fact]
    public async Task RefusedToken_IsReplacedOnce()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.IsHardened = true;
        var provider = world.Provider("RamRole:log-writer");
        var first = await GetAsync(provider);
        world.Server.ForgetTokens();

        Assert.Equal("STS.2", (await GetAsync(provider, first)).AccessKeyId);
        Assert.Equal(2, world.Server.Count(Token));
    }

    [Fact]
    public async Task RenamedRole_IsFoundAtTheNextFetch()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var provider = world.Provider("RamRole");
        var first = await GetAsync(provider);
        world.Server.Role = "another";

        Assert.Equal("STS.2", (await GetAsync(provider, first)).AccessKeyId);
    }

    [Fact]
    public async Task RoleReplacedDuringAFetch_IsFoundAtTheNextAttempt()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var provider = world.Provider("RamRole");
        world.Server.AnswerNext("/latest/meta-data/ram/security-credentials/", new CannedAnswer(200, "former-role"));

        Assert.Contains("The instance's RAM role was replaced while its credentials were fetched", await FailureAsync(provider), StringComparison.Ordinal);
        world.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("STS.1", (await GetAsync(provider)).AccessKeyId);
    }

    [Fact]
    public async Task SameSetOnRenewal_IsAskedForAgainLater()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var same = world.Temporary(1);
        world.Server.Issue = () => same;
        var provider = world.Provider("RamRole");
        await GetAsync(provider);

        world.Clock.Advance(same.Expiration!.Value - world.Clock.GetUtcNow() - TimeSpan.FromMinutes(5));
        await GetAsync(provider);
        while (world.Server.Count("/latest/meta-data/ram/security-credentials/log-writer") < 2)
            await Task.Yield();
        for (var i = 0; i < 20; i++)
            Assert.True((await GetAsync(provider)).Matches(same));

        Assert.Equal(2, world.Server.Count("/latest/meta-data/ram/security-credentials/log-writer"));
    }

    [Theory]
    [InlineData("RamRole", "The instance has no RAM role")]
    [InlineData("RamRole:log-writer", "knows no RAM role 'log-writer'")]
    public async Task InstanceWithoutTheRole_IsReported(string word, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.Role = null;

        Assert.Contains(expected, await FailureAsync(world.Provider(word)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"Code\":\"Failed\"}", "its Code is not Success")]
    [InlineData("{\"Code\":\"Success\",\"AccessKeyId\":\"STS.x\",\"Acc", "is no JSON object")]
    [InlineData("<html>Login</html>", "is no JSON object")]
    [InlineData("{\"Code\":\"Success\",\"AccessKeyId\":\"STS.x\"}", "has no AccessKeySecret")]
    [InlineData("{\"AccessKeyId\":\"STS.x\",\"AccessKeySecret\":\"s\",\"SecurityToken\":\"t\"}", "has no Expiration")]
    [InlineData("{\"AccessKeyId\":\"STS.x\",\"AccessKeySecret\":\"with blank\",\"SecurityToken\":\"t\",\"Expiration\":\"2026-03-05T10:05:06Z\"}", "the access key secret contains a space")]
    public async Task AnswerWithoutCredentials_IsReported(string body, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.AnswerNext(Roles, new CannedAnswer(200, body));

        Assert.Contains(expected, await FailureAsync(world.Provider("RamRole:log-writer")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RamRole:log-writer", "is no JSON object")]
    [InlineData("RamRole", "is no name of a RAM role")]
    public async Task AnswerOfAMebibyte_IsNotReadToItsEnd(string word, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.AnswerNext(Roles, new CannedAnswer(200, new string('x', 1 << 20)));

        Assert.Contains(expected, await FailureAsync(world.Provider(word)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SlowService_IsGivenUp()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var never = new TaskCompletionSource();
        world.Server.AnswerNext(Roles, new CannedAnswer(200, "") { After = never.Task });

        var failing = FailureAsync(world.Provider("RamRole:log-writer"));
        await Wait.UntilAsync(() => world.Server.Requests.Count > 1).InTime();
        await world.Clock.RunUntilEnd(failing);

        Assert.Contains("The metadata service at 127.0.0.1 gave no answer in time. Only an ECS instance has one.", await failing, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact]
    public async Task ExpiredCredentials_AreAskedForAgainLater()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Lifetime = TimeSpan.FromMinutes(-1);
        var provider = world.Provider("RamRole:log-writer");

        var first = await GetAsync(provider);
        Assert.Same(first, await GetAsync(provider));
        world.Clock.Advance(TimeSpan.FromSeconds(31));
        world.Lifetime = TimeSpan.FromHours(6);

        Assert.Equal("STS.2", (await GetAsync(provider)).AccessKeyId);
    }

    private static async Task<OssCredentials> GetAsync(IOssCredentialsProvider provider, OssCredentials? rejected = null) =>
        await provider.GetCredentialsAsync(rejected, Cancel);

    private static async Task<string> FailureAsync(IOssCredentialsProvider provider) =>
        (await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(null, Cancel).AsTask())).Message;
}
