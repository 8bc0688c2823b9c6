using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

/// <summary>What a client tells its provider reaches every source that is behind it.</summary>
public class ServiceContactTests
{
    private const string Arn = "acs:ram::1234567890123456:role/log-writer";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Forms => ["word", "code", "code-of-code"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task InternalEndpoint_LetsEverySourceAskInsideTheRegion(string form)
    {
        await using var world = await StartAsync();
        world.Enter();
        var credentials = new OssRequestCredentials(OptionsWith(ProviderOf(form)));

        await credentials.GetAsync(null, Cancel);

        Assert.Equal(form == "code-of-code" ? 3 : 2, world.Server.StsHosts.Count);
        Assert.All(world.Server.StsHosts, host => Assert.Equal("sts-vpc.cn-hangzhou.aliyuncs.com", host));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task TimeOfOss_ReachesEverySource(string form)
    {
        await using var world = await StartAsync();
        world.Enter();
        var credentials = new OssRequestCredentials(OptionsWith(ProviderOf(form)));
        var serviceTime = world.Clock.GetUtcNow().AddMinutes(10);

        credentials.SetServiceTime(serviceTime);
        await credentials.GetAsync(null, Cancel);

        Assert.All(world.Server.Requests, request => Assert.Equal(serviceTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture), request.Query["Timestamp"]));
    }

    [Theory]
    [InlineData("word")]
    [InlineData("code")]
    public async Task ChoiceOfTheSource_IsReportedOnce(string form)
    {
        await using var world = await StartAsync();
        world.Enter();
        var chosen = new List<string>();
        var provider = form == "word" ? OssCredentialsProviders.FromName("AssumeRole:" + Arn) : new AssumeRoleCredentialsProvider(Arn, OssCredentialsProviders.FromName("Chain"));
        var options = OptionsWith(provider);
        options.CredentialsChosen = chosen.Add;
        var credentials = new OssRequestCredentials(options);

        await credentials.GetAsync(null, Cancel);
        await credentials.GetAsync(null, Cancel);

        Assert.Equal(["ram_role_arn/default/oidc_role_arn"], chosen);
    }

    [Fact]
    public void WrongSettings_AreAllNamed()
    {
        var error = Assert.Throws<ArgumentException>(() => new OssRequestCredentials(new OssClientOptions { Bucket = "Not A Bucket", RequestTimeout = TimeSpan.Zero }));

        foreach (var setting in new[] { "Bucket", "Credentials", "RequestTimeout" })
            Assert.Contains(setting, error.Message, StringComparison.Ordinal);
    }

    private static async Task<CredentialsWorld> StartAsync()
    {
        var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        var issued = world.Temporary(1);
        world.Server.Issue = () => issued;
        world.Server.Caller = issued;
        return world;
    }

    private static IOssCredentialsProvider ProviderOf(string form) => form switch
    {
        "word" => OssCredentialsProviders.FromName($"AssumeRole:{Arn};source=Oidc"),
        "code" => new AssumeRoleCredentialsProvider(Arn, OssCredentialsProviders.FromName("Oidc")),
        _ => new AssumeRoleCredentialsProvider(Arn, new AssumeRoleCredentialsProvider(Arn, OssCredentialsProviders.FromName("Oidc"))),
    };

    private static OssClientOptions OptionsWith(IOssCredentialsProvider provider) => new()
    {
        Endpoint = "oss-cn-hangzhou-internal.aliyuncs.com",
        Bucket = "examplebucket",
        Credentials = provider,
    };
}
