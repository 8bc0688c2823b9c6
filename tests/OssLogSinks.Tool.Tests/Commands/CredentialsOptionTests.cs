using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>Where the access key comes from without a configuration file: real processes, whose home and environment are the test's.</summary>
public sealed class CredentialsOptionTests : ToolTest, IDisposable
{
    private static readonly string[] KeyVariables = ["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_PROFILE", "ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_ROLE_ARN"];

    private readonly string _home = Directory.CreateTempSubdirectory("home-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task NoKeyInTheEnvironment_TakesTheChain()
    {
        Append("a.log", "1\n");
        UseHome();

        var outcome = await RunChildAsync("ls");

        Assert.Contains("a.log", outcome.Good());
    }

    [Fact]
    public async Task Word_ChoosesAnotherSourceThanTheEnvironment()
    {
        Append("a.log", "1\n");
        UseHome();
        Variables["OSS_ACCESS_KEY_ID"] = "wrong";
        Variables["OSS_ACCESS_KEY_SECRET"] = "wrong";

        Assert.Contains("a.log", (await RunChildAsync("ls", "--credentials", "Profile:default")).Good());
        Assert.Equal(ExitCodes.Refused, (await RunChildAsync("ls", "--credentials", "Environment")).ExitCode);
        Assert.Equal(ExitCodes.Refused, (await RunChildAsync("ls")).ExitCode);
    }

    [Fact]
    public async Task HalfAKey_IsNotReplacedByAnotherSource()
    {
        UseHome();
        Variables["OSS_ACCESS_KEY_ID"] = "half";

        var outcome = await RunChildAsync("ls");

        Assert.Equal(ExitCodes.Refused, outcome.ExitCode);
        Assert.Contains("OSS_ACCESS_KEY_SECRET", outcome.Error);
    }

    [Fact]
    public async Task Environment_NeedsItsVariables()
    {
        UseHome();

        var outcome = await RunChildAsync("ls", "--credentials", "Environment");

        Assert.Equal(ExitCodes.Refused, outcome.ExitCode);
        Assert.Contains("--credentials", outcome.Error);
    }

    [Fact]
    public async Task UnknownWord_IsRefusedAndNotShown()
    {
        var outcome = await RunAsync("ls", "--credentials", "Sesame:secret-word");

        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.StartsWith("oss-logs: The option --credentials must be Chain, Environment", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", outcome.Error);
    }

    [Fact]
    public async Task NamedSourceThatFails_IsWhatHasToBeCorrected()
    {
        var outcome = await RunAsync("ls", "--credentials", "Profile:none");

        Assert.Equal(ExitCodes.Refused, outcome.ExitCode);
        Assert.Contains("Correct this source of credentials", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was written", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Option_ComesBeforeTheConfigurationFile()
    {
        Append("a.log", "1\n");
        var file = Path.Combine(_home, "appsettings.json");
        await File.WriteAllTextAsync(file, """{"Logging":{"OssAppend":{"accessKeyId":"wrong","accessKeySecret":"wrong"}}}""", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Refused, (await RunAsync("ls", "--config", file)).ExitCode);
        Assert.Contains("a.log", (await RunAsync("ls", "--config", file, "--credentials", "Environment")).Good());
    }

    // A home with a profile that has the emulator's key, and no key in the environment.
    private void UseHome()
    {
        Directory.CreateDirectory(Path.Combine(_home, ".alibabacloud"));
        File.WriteAllText(Path.Combine(_home, ".alibabacloud", "credentials"), $"[default]\ntype = access_key\naccess_key_id = {Emulator.AccessKeyId}\naccess_key_secret = {Emulator.AccessKeySecret}\n");
        foreach (var name in KeyVariables)
            Variables[name] = "";

        Variables["HOME"] = _home;
        Variables["USERPROFILE"] = _home;
    }

    private async Task<ToolOutcome> RunChildAsync(params string[] arguments)
    {
        await using var child = ToolChild.Start(Variables, arguments);
        return await child.EndAsync();
    }
}
