using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

/// <summary>Every word of the setting, and the chain.</summary>
public class CredentialsWordTests
{
    private const string Answer = """{"AccessKeyId":"LTAIprocess","AccessKeySecret":"secret"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("RamRolle", "must be Chain, Environment, Oidc, RamRole")]
    [InlineData("", "must be Chain")]
    [InlineData(null, "must be Chain")]
    [InlineData("Chain:x", "must be Chain")]
    [InlineData("Process", "must be Chain")]
    [InlineData("Uri:http://example.com/x", "this one must begin with https://")]
    [InlineData("Uri:ftp://127.0.0.1/", "this one is no http or https address")]
    [InlineData("AssumeRole:role/x", "must have an ARN as acs:ram::")]
    [InlineData("AssumeRole:acs:ram::1:role/x;region=y", "must have no other options after the ARN")]
    [InlineData("AssumeRole:acs:ram::1:role/x;source=RamRolle", "must be Chain")]
    public void WrongWord_SaysWhatItMustBe(string? word, string expected)
    {
        Assert.False(OssCredentialsProviders.TryFromName(word, out var provider, out var fault));
        Assert.Null(provider);
        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OssCredentialsProviders.FromName(word!));
    }

    [Fact]
    public void SameWord_GivesEqualProvidersThatShowNoCommand()
    {
        var provider = OssCredentialsProviders.FromName("Process:get --password hush");

        Assert.Equal(provider, OssCredentialsProviders.FromName("Process:get --password hush"));
        Assert.NotEqual(provider, OssCredentialsProviders.FromName("Process:get"));
        Assert.Equal("Process", provider.ToString());
    }

    [Fact]
    public async Task AssumeRole_TakesOptionsAndItsSource()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.Caller = new OssCredentials("LTAIprofile", "profile-secret");
        WriteKeys(world);

        var provider = world.Provider("AssumeRole:acs:ram::1:role/x;sessionName=shop;externalId=e-1;source=Profile:writer");

        Assert.Equal("STS.1", (await GetAsync(provider)).AccessKeyId);
        var form = Assert.Single(world.Server.Requests).Form;
        Assert.Equal(("shop", "e-1"), (form["RoleSessionName"], form["ExternalId"]));
    }

    [Fact]
    public async Task Uri_IsAsked()
    {
        await using var world = await CredentialsWorld.StartAsync();

        Assert.Equal("STS.1", (await GetAsync(world.Provider($"Uri:{world.Server.Address}c"))).AccessKeyId);
        world.With("ALIBABA_CLOUD_CREDENTIALS_URI", world.Server.Address + "c");
        Assert.Equal("STS.2", (await GetAsync(world.Provider("Uri"))).AccessKeyId);
    }

    [Theory]
    [InlineData(500, "{}", "The credentials URI at ADDRESS answered with status 500")]
    [InlineData(302, "", "The credentials URI at ADDRESS answered with status 302")]
    [InlineData(200, "{\"Code\":\"Failed\"}", "The answer of the credentials URI at ADDRESS says that it failed: its Code is not Success")]
    [InlineData(200, "<html>", "is no JSON object")]
    [InlineData(200, "{\"AccessKeyId\":\"STS.x\",\"AccessKeySecret\":\"s\"}", "has no SecurityToken")]
    public async Task UriWithAnotherAnswer_IsReported(int status, string body, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.AnswerNext("/c", new CannedAnswer(status, body));

        var failure = await FailureAsync(world.Provider($"Uri:http://user:hush@{world.Server.Address.Authority}/c?hush"));

        Assert.Contains(expected.Replace("ADDRESS", world.Server.Address.Authority, StringComparison.Ordinal), failure, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo '" + Answer + "'", "LTAIprocess")]
    [InlineData("""echo '{"mode":"AK","access_key_id":"LTAIcli","access_key_secret":"s"}'""", "LTAIcli")]
    [InlineData("""echo '{"mode":"StsToken","access_key_id":"STS.cli","access_key_secret":"s","sts_token":"t","expiration":"2026-03-05T10:05:06Z"}'""", "STS.cli")]
    public async Task Process_IsRunInBothDialects(string command, string expected)
    {
        SkipOnWindows();
        await using var world = await CredentialsWorld.StartAsync();

        Assert.Equal(expected, (await GetAsync(world.Provider("Process:" + command))).AccessKeyId);
    }

    [Theory]
    [InlineData("sh -c 'echo hush; echo hush >&2; exit 3'", "ended with exit code 3")]
    [InlineData("/no/such/program", "cannot be started")]
    [InlineData("echo 'hush", "cannot be read: close its quotation marks")]
    [InlineData("echo hush", "is no JSON object")]
    [InlineData("head -c 70000 /dev/zero", "is longer than 64 KiB")]
    [InlineData("""echo '{"mode":"StsToken","access_key_id":"a","access_key_secret":"hush"}'""", "has no sts_token")]
    public async Task ProcessWithoutCredentials_IsReportedWithoutItsOutput(string command, string expected)
    {
        SkipOnWindows();
        await using var world = await CredentialsWorld.StartAsync();

        var failure = await FailureAsync(world.Provider("Process:" + command));

        Assert.Contains(expected, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProcessThatFillsItsErrorPipe_IsReadToItsEnd()
    {
        SkipOnWindows();
        await using var world = await CredentialsWorld.StartAsync();
        var script = world.WriteFile("script", "head -c 300000 /dev/zero >&2\necho '" + Answer + "'\n");

        Assert.Equal("LTAIprocess", (await GetAsync(world.Provider("Process:sh " + script))).AccessKeyId);
    }

    [Theory]
    [InlineData("Process:echo x")]
    [InlineData("Uri:http://127.0.0.1:9/")]
    public async Task ExternalSources_AreForbiddenByTheEnvironment(string word)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.With("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1");

        Assert.Contains("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS forbids", await FailureAsync(world.Provider(word)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("a 'b c' \"d e\"", "a|b c|d e")]
    [InlineData("a\\ b \"x\\\"y\" 'x\\y'", "a b|x\"y|x\\y")]
    [InlineData("a ''", "a|")]
    public void Command_IsSplitAsAShellWould(string command, string words) => Assert.Equal(words.Split('|'), CommandLine.Split(command, isWindows: false));

    [Theory]
    [InlineData("C:\\x\\y.exe \"a \\\" b\"", "C:\\x\\y.exe|a \" b")]
    public void CommandOfWindows_KeepsItsBackslashes(string command, string words) => Assert.Equal(words.Split('|'), CommandLine.Split(command, isWindows: true));

    [Theory]
    [InlineData("'a")]
    [InlineData("a\\")]
    public void CommandThatIsNotClosed_HasNoWords(string command) => Assert.Empty(CommandLine.Split(command, isWindows: false));

    [Theory]
    [InlineData("AK", "\"access_key_id\":\"LTAIprofile\",\"access_key_secret\":\"profile-secret\"", "LTAIprofile")]
    [InlineData("StsToken", "\"access_key_id\":\"STS.p\",\"access_key_secret\":\"s\",\"sts_token\":\"t\"", "STS.p")]
    [InlineData("EcsRamRole", "\"ram_role_name\":\"log-writer\"", "STS.1")]
    [InlineData("RamRoleArn", "\"access_key_id\":\"LTAIcaller\",\"access_key_secret\":\"caller-secret\",\"ram_role_arn\":\"acs:ram::1:role/x\",\"expired_seconds\":900", "STS.1")]
    [InlineData("ChainableRamRoleArn", "\"source_profile\":\"caller\",\"ram_role_arn\":\"acs:ram::1:role/x\"", "STS.1")]
    [InlineData("OIDC", "\"ram_session_name\":\"s\"", "STS.1")]
    [InlineData("External", "\"process_command\":\"echo {\\\\\\\"AccessKeyId\\\\\\\":\\\\\\\"LTAIx\\\\\\\",\\\\\\\"AccessKeySecret\\\\\\\":\\\\\\\"s\\\\\\\"}\"", "LTAIx")]
    public async Task CliProfile_GivesCredentialsOfEachMode(string mode, string fields, string expected)
    {
        SkipOnWindows();
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        var path = world.WriteFile(".aliyun/config.json", $$"""
            {"current":"writer","profiles":[{"name":"writer","mode":"{{mode}}",{{fields}}},
            {"name":"caller","mode":"AK","access_key_id":"LTAIcaller","access_key_secret":"caller-secret"}]}
            """);
        var before = await File.ReadAllBytesAsync(path, Cancel);

        Assert.Equal(expected, (await GetAsync(world.Provider("Profile"))).AccessKeyId);
        Assert.Equal(before, await File.ReadAllBytesAsync(path, Cancel));
    }

    [Theory]
    [InlineData("Profile:loop", "or in a circle, of source_profile")]
    [InlineData("Profile:sso", "has a mode that cannot be used here")]
    [InlineData("Profile:half", "has no access_key_secret")]
    public async Task CliProfileThatCannotBeUsed_IsReported(string word, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.WriteFile(".aliyun/config.json", """
            {"profiles":[{"name":"loop","mode":"ChainableRamRoleArn","source_profile":"loop2","ram_role_arn":"acs:ram::1:role/x"},
            {"name":"loop2","mode":"ChainableRamRoleArn","source_profile":"loop","ram_role_arn":"acs:ram::1:role/x"},
            {"name":"sso","mode":"CloudSSO"},{"name":"half","mode":"AK","access_key_id":"hush"}]}
            """);

        var failure = await FailureAsync(world.Provider(word));

        Assert.Contains(expected, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("type=access_key\naccess_key_id=LTAIini\naccess_key_secret=s=x", "LTAIini")]
    [InlineData("TYPE = ecs_ram_role\nrole_name = log-writer", "STS.1")]
    [InlineData("type=ram_role_arn\n; comment\naccess_key_id=LTAIcaller\naccess_key_secret=caller-secret\nrole_arn=acs:ram::1:role/x", "STS.1")]
    [InlineData("type=oidc_role_arn\nrole_arn=acs:ram::1:role/x", "STS.1")]
    public async Task IniProfile_GivesCredentialsOfEachType(string text, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.WriteFile(".alibabacloud/credentials", "[other]\ntype=access_key\n[default]\n" + text);

        Assert.Equal(expected, (await GetAsync(world.Provider("Profile"))).AccessKeyId);
    }

    [Fact]
    public async Task Chain_TakesOssKeysFirst()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.With("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIgeneral").With("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s").With("OSS_ACCESS_KEY_ID", "LTAIoss").With("OSS_ACCESS_KEY_SECRET", "s");

        Assert.Equal("LTAIoss", (await GetAsync(world.Provider("Chain"))).AccessKeyId);
        Assert.Empty(world.Server.Requests);
    }

    [Theory]
    [InlineData("oidc", "default/oidc_role_arn")]
    [InlineData("cli", "default/cli_profile")]
    [InlineData("ini", "default/profile")]
    [InlineData("role", "default/ecs_ram_role")]
    [InlineData("uri", "default/credentials_uri")]
    public async Task Chain_ChoosesTheFirstThatIsSetUp(string first, string expected)
    {
        await using var world = await CredentialsWorld.StartAsync();
        string[] order = ["oidc", "cli", "ini", "role", "uri"];
        var isSetUp = order.ToDictionary(name => name, name => Array.IndexOf(order, name) >= Array.IndexOf(order, first));
        if (isSetUp["oidc"])
            world.SetUpRrsa();
        if (isSetUp["cli"])
            WriteKeys(world);
        if (isSetUp["ini"])
            world.WriteFile(".alibabacloud/credentials", "[default]\ntype=access_key\naccess_key_id=LTAIini\naccess_key_secret=s");
        world.Server.Role = isSetUp["role"] ? "log-writer" : null;
        world.With("ALIBABA_CLOUD_CREDENTIALS_URI", world.Server.Address + "c");
        var provider = (IRenewingProvider)world.Provider("Chain");

        await GetAsync(provider);

        Assert.Equal(expected, provider.Choice);
    }

    [Fact]
    public async Task ChosenSource_IsKeptWhenItFailsLater()
    {
        await using var world = await CredentialsWorld.StartAsync();
        var file = world.SetUpRrsa();
        var provider = world.Provider("Chain");
        var first = await GetAsync(provider);
        File.Delete(file);

        var failure = await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(first, Cancel).AsTask());

        Assert.Contains($"The OIDC token file '{file}' cannot be read", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("What each one said", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChainWithoutAnySource_SaysWhatEachOneSaid()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.Role = null;

        var failure = await FailureAsync(world.Provider("Chain"));

        foreach (var name in new[] { "env: No credentials in the environment", "oidc_role_arn: ", "cli_profile: ", "profile: ", "ecs_ram_role: The instance has no RAM role", "credentials_uri: " })
            Assert.Contains(name, failure, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was written.", failure, StringComparison.Ordinal);
    }

    // Another source would be kept for good: the role of the node instead of that of the pod.
    [Fact]
    public async Task RrsaThatFailsForNow_IsNotReplacedByAnotherSource()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.SetUpRrsa();
        world.Server.AnswerNext("/?Action=AssumeRoleWithOIDC", CredentialsServer.StsError(503, "ServiceUnavailable"));
        var provider = (IRenewingProvider)world.Provider("Chain");
        await FailureAsync(provider);
        Assert.Equal(0, world.Server.Count("/latest/"));

        world.Clock.Advance(TimeSpan.FromSeconds(2));
        await GetAsync(provider);

        Assert.Equal("default/oidc_role_arn", provider.Choice);
    }

    [Theory]
    [InlineData("env", "env: The environment variable OSS_ACCESS_KEY_SECRET is not set although OSS_ACCESS_KEY_ID is.")]
    [InlineData("cli", "cli_profile: The profile 'writer'")]
    [InlineData("ini", "profile: The profile 'default'")]
    [InlineData("role", "ecs_ram_role: The metadata service knows no RAM role 'other'")]
    public async Task SourceThatIsSetUpWrongly_IsNotReplacedByAnother(string source, string said)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.Role = "log-writer";
        world.With("ALIBABA_CLOUD_CREDENTIALS_URI", world.Server.Address + "c");
        if (source == "env")
            world.With("OSS_ACCESS_KEY_ID", "LTAIhalf");
        else if (source == "cli")
            world.WriteFile(".aliyun/config.json", """{"current":"writer","profiles":[{"name":"writer","mode":"CloudSSO"}]}""");
        else if (source == "ini")
            world.WriteFile(".alibabacloud/credentials", "[default]\ntype=access_key\naccess_key_id=LTAIini");
        else
            world.With("ALIBABA_CLOUD_ECS_METADATA", "other");

        var failure = await FailureAsync(world.Provider("Chain"));

        Assert.Contains(said, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("credentials_uri", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyCallersOfAChainThatFails_AskOnce()
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.Server.Role = null;
        var provider = world.Provider("Chain");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => FailureAsync(provider)));

        Assert.Equal(1, world.Server.Count("/latest/api/token"));
    }

    private static void WriteKeys(CredentialsWorld world) => world.WriteFile(
        ".aliyun/config.json", """{"current":"writer","profiles":[{"name":"writer","mode":"AK","access_key_id":"LTAIprofile","access_key_secret":"profile-secret"}]}""");

    private static void SkipOnWindows() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are those of Unix.");

    private static async Task<OssCredentials> GetAsync(IOssCredentialsProvider provider) => await provider.GetCredentialsAsync(null, Cancel);

    private static async Task<string> FailureAsync(IOssCredentialsProvider provider) =>
        (await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(null, Cancel).AsTask())).Message;
}
