using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

/// <summary>Which file a profile is taken from: never another identity after a failure.</summary>
public class ProfileSourceTests
{
    private const string Cli = ".aliyun/config.json";
    private const string Ini = ".alibabacloud/credentials";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Profile")]
    [InlineData("Profile:writer")]
    [InlineData("Chain")]
    public async Task ProfileThatCannotBeUsedHere_IsNotReplacedByAnother(string word)
    {
        await using var world = await StartAsync("""{"name":"writer","mode":"EcsRamRole"}""");
        world.With("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");

        Assert.Contains("forbids to ask the metadata service", await FailureAsync(world.Provider(word)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Profile")]
    [InlineData("Chain")]
    public async Task ProfileWhoseServiceIsAway_IsNotReplacedByAnother(string word)
    {
        await using var world = await StartAsync("""{"name":"writer","mode":"EcsRamRole","ram_role_name":"log-writer"}""");
        await world.Server.DisposeAsync();

        Assert.Contains("The metadata service at 127.0.0.1 cannot be reached: ", await FailureAsync(world.Provider(word)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RrsaProfileOutsideAPod_IsNotReplacedByAnother()
    {
        await using var world = await StartAsync("""{"name":"writer","mode":"OIDC"}""");

        Assert.Contains("ALIBABA_CLOUD_ROLE_ARN is not set", await FailureAsync(world.Provider("Profile")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CliFileThatCannotBeRead_IsNotReplacedByTheIniFile()
    {
        await using var world = await StartAsync("""{"name":"writer","mode":"AK"}""");
        world.With("ALIBABA_CLOUD_CONFIG_FILE", world.Home);

        Assert.Contains($"The file '{world.Home}' cannot be read", await FailureAsync(world.Provider("Profile")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Profile:other")]
    [InlineData("Profile")]
    public async Task ProfileThatOnlyTheIniFileHas_IsTakenFromIt(string word)
    {
        await using var world = await StartAsync("""{"name":"writer","mode":"EcsRamRole"}""");
        world.With("ALIBABA_CLOUD_PROFILE", "other");

        Assert.Equal("LTAIother", (await world.Provider(word).GetCredentialsAsync(null, Cancel)).AccessKeyId);
    }

    [Fact]
    public async Task ProfileInNeitherFile_NamesBoth()
    {
        await using var world = await StartAsync("""{"name":"writer","mode":"EcsRamRole"}""");

        var failure = await FailureAsync(world.Provider("Profile:none"));

        Assert.Contains($"The file '{Path.Combine(world.Home, Cli)}' has no profile 'none'", failure, StringComparison.Ordinal);
        Assert.Contains($"The file '{Path.Combine(world.Home, Ini)}' has no profile 'none'", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IniProfileThatIsWrong_NamesItsFile()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var path = world.WriteFile(".alibabacloud/credentials.ini", "[default]\ntype=rsa_key_pair");

        Assert.Contains($"The profile 'default' in '{path}' has a type that cannot be used here", await FailureAsync(world.Provider("Profile")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Cli, """{"current":"writer","profiles":[{"name":"writer","mode":"OIDC","enable_vpc":false}]}""", "sts.aliyuncs.com")]
    [InlineData(Cli, """{"current":"writer","profiles":[{"name":"writer","mode":"OIDC"}]}""", "sts-vpc.cn-hangzhou.aliyuncs.com")]
    [InlineData(Ini, "[default]\ntype=oidc_role_arn\nrole_arn=acs:ram::1:role/x\nenable_vpc = False", "sts.aliyuncs.com")]
    [InlineData(Ini, "[default]\ntype=oidc_role_arn\nrole_arn=acs:ram::1:role/x", "sts-vpc.cn-hangzhou.aliyuncs.com")]
    public async Task SwitchOfTheProfile_CountsMoreThanTheInternalEndpoint(string file, string text, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.WriteFile(file, text);
        var provider = (IRenewingProvider)world.Provider("Profile");
        provider.Contact.InternalRegion = "cn-hangzhou";

        await provider.GetCredentialsAsync(null, Cancel);

        Assert.Equal(expected, Assert.Single(world.Server.StsHosts));
    }

    private static async Task<CredentialsWorld> StartAsync(string cliProfile)
    {
        var world = await CredentialsWorld.StartAsync();
        world.WriteFile(Cli, $$"""{"current":"writer","profiles":[{{cliProfile}}]}""");
        world.WriteFile(Ini, "[default]\ntype=access_key\naccess_key_id=LTAIini\naccess_key_secret=s\n[other]\ntype=access_key\naccess_key_id=LTAIother\naccess_key_secret=s");
        return world;
    }

    private static async Task<string> FailureAsync(IOssCredentialsProvider provider) =>
        (await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(null, Cancel).AsTask())).Message;
}
