using System.Text.Json;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>ls, and what all commands share: settings, exit codes, messages, help.</summary>
public class ListCommandTests : ToolTest
{
    [Fact]
    public async Task Bucket_IsListedFolderByFolder()
    {
        Append("top.log", "12345\n");
        Append("shop/a.log", "1\n");

        var lines = (await RunAsync("ls")).Good().Split('\n');

        Assert.EndsWith("  folder      shop/", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("  top.log", lines[1], StringComparison.Ordinal);
        Assert.Contains("6  ", lines[1], StringComparison.Ordinal);
        Assert.Equal("", lines[2]);
    }

    [Fact]
    public async Task Recursive_ListsEveryPage()
    {
        for (var i = 0; i < 1200; i++)
            Append($"shop/{i:0000}.log", "1\n");

        var outcome = await RunAsync("ls", "shop/", "--recursive", "--json");

        Assert.Equal(Enumerable.Range(0, 1200).Select(i => $"shop/{i:0000}.log"), outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()));
        Assert.Equal(2, Listings);
    }

    [Fact]
    public async Task PathWithBucket_NeedsNoSetting()
    {
        Variables.Remove("OSS_BUCKET");
        Append("a.log", "1\n");

        Assert.Contains("a.log", (await RunAsync("ls", "oss://logs/a")).Good());
    }

    [Fact]
    public async Task NothingFound_IsToldByTheExitCode()
    {
        var outcome = await RunAsync("ls", "nowhere/");

        Assert.Equal(ExitCodes.NotFound, outcome.ExitCode);
        Assert.Contains("No key begins with 'nowhere/'.", outcome.Error);
    }

    [Fact]
    public async Task MissingBucket_IsNamedWithItsCure()
    {
        Variables.Remove("OSS_BUCKET");

        var outcome = await RunAsync("ls");

        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.Contains("--bucket NAME", outcome.Error);
    }

    [Fact]
    public async Task MissingCredentials_AreNamed()
    {
        Variables.Remove("OSS_ACCESS_KEY_ID");
        Variables.Remove("OSS_ACCESS_KEY_SECRET");

        var outcome = await RunAsync("ls");

        Assert.Equal(ExitCodes.Refused, outcome.ExitCode);
        Assert.Contains("OSS_ACCESS_KEY_ID", outcome.Error);
    }

    [Theory]
    [InlineData("oss:ListObjects", "ls")]
    [InlineData("oss:GetObject", "cat", "a.log")]
    public async Task MissingPermission_IsNamed(string action, params string[] command)
    {
        Append("a.log", "1\n");
        Emulator.SetCredentials(new EmulatedCredentials("limited", "limited-secret") { DeniedActions = [action] });
        Variables["OSS_ACCESS_KEY_ID"] = "limited";
        Variables["OSS_ACCESS_KEY_SECRET"] = "limited-secret";

        var outcome = await RunAsync(command);

        Assert.Equal(ExitCodes.Refused, outcome.ExitCode);
        Assert.Contains($"Grant this access key the RAM action {action}", outcome.Error);
        Assert.DoesNotContain("limited-secret", outcome.Error);
    }

    [Fact]
    public async Task FailureWithJson_IsOneJsonDocument()
    {
        var outcome = await RunAsync("ls", "--bucket", "missing", "--json");

        Assert.Equal(ExitCodes.NotFound, outcome.ExitCode);
        Assert.Equal(ExitCodes.NotFound, JsonDocument.Parse(outcome.Error).RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task ServerThatIsDown_IsToldWithItsCure()
    {
        await Emulator.DisposeAsync();

        var outcome = await RunAsync("ls");

        Assert.Equal(ExitCodes.Unreachable, outcome.ExitCode);
        Assert.Contains("Is the emulator running?", outcome.Error);
    }

    [Fact]
    public async Task ConfigurationFile_GivesBucketAndEndpoint()
    {
        Append("a.log", "1\n");
        Variables.Remove("OSS_BUCKET");
        Variables.Remove("OSS_ENDPOINT");
        Variables["MY_BUCKET"] = "logs";
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, $$"""
            { "Serilog": { "WriteTo": [ { "Name": "Console" }, { "Name": "OssAppend", "Args": { "bucket": "%MY_BUCKET%", "endpoint": "{{Emulator.Endpoint}}", "region": "cn-hangzhou" } } ] } }
            """, TestContext.Current.CancellationToken);

        var outcome = await RunAsync("ls", "--config", path);
        File.Delete(path);

        Assert.Contains("a.log", outcome.Good());
    }

    [Fact]
    public async Task ConfigurationFile_GivesAddressingStyleAndSignature()
    {
        Append("a.log", "1\n");
        Options.CustomDomains["localhost"] = Bucket;
        Variables.Remove("OSS_ENDPOINT");
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, $$"""
            { "Logging": { "OssAppend": { "endpoint": "http://localhost:{{Emulator.Endpoint.Port}}", "addressingStyle": "CustomDomain", "signatureVersion": "v1" } } }
            """, TestContext.Current.CancellationToken);

        var outcome = await RunAsync("ls", "--config", path);
        File.Delete(path);

        Assert.Contains("a.log", outcome.Good());
        Assert.All(Emulator.Requests, request => Assert.StartsWith("OSS ", request.Headers["Authorization"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnknownWordInTheConfigurationFile_IsAUsageError()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, """{ "Logging": { "OssAppend": { "addressingStyle": "Own" } } }""", TestContext.Current.CancellationToken);

        var outcome = await RunAsync("ls", "--config", path);
        File.Delete(path);

        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.Contains("Write Automatic or", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "options": { "Bucket": "logs", "Endpoint": "ENDPOINT" } }""")]
    [InlineData("""{ "bucket": "logs", "options": { "Bucket": "other", "Endpoint": "ENDPOINT", "ObjectProperties": { "Acl": "Private" } } }""")]
    [InlineData("""{ "options": { "Bucket": "%MY_BUCKET%", "Endpoint": "ENDPOINT" }, "bucket": "", "endpoint": "" }""")]
    public async Task SectionOfOptions_GivesWhatIsNotBesideIt(string arguments)
    {
        Append("a.log", "1\n");
        Variables.Remove("OSS_BUCKET");
        Variables.Remove("OSS_ENDPOINT");
        Variables["MY_BUCKET"] = "logs";
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, $$"""
            { "Serilog": { "WriteTo": [ { "Name": "OssAppend", "Args": {{arguments.Replace("ENDPOINT", Emulator.Endpoint.ToString(), StringComparison.Ordinal)}} } ] } }
            """, TestContext.Current.CancellationToken);

        var outcome = await RunAsync("ls", "--config", path);
        File.Delete(path);

        Assert.Contains("a.log", outcome.Good());
    }

    [Fact]
    public async Task UnknownOption_IsAUsageError()
    {
        var outcome = await RunAsync("ls", "--nonsense");

        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.Contains("oss-logs ls --help", outcome.Error);
    }

    [Theory]
    [InlineData]
    [InlineData("ls")]
    [InlineData("cat")]
    [InlineData("tail")]
    [InlineData("find")]
    [InlineData("verify")]
    [InlineData("append")]
    [InlineData("seal")]
    [InlineData("drain")]
    [InlineData("doctor")]
    [InlineData("cost")]
    [InlineData("completion")]
    public async Task Help_HasExamples(params string[] command)
    {
        var text = (await RunAsync([.. command, "--help"])).Good();

        Assert.Contains("Examples:\n", text);
        Assert.Contains("  oss-logs " + string.Join(' ', command), text);
    }

    [Fact]
    public async Task Suggestions_CompleteCommandsAndLevels()
    {
        Assert.Contains("verify", (await RunAsync("[suggest:9]", "oss-logs v")).Good());
        Assert.Contains("Warning", (await RunAsync("[suggest:23]", "oss-logs cat a --level ")).Good());
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task CompletionScript_AsksTheToolAndHasAnExample(string shell)
    {
        Assert.Contains("[suggest:", (await RunAsync("completion", shell)).Good());
        Assert.Contains($"oss-logs completion {shell}", (await RunAsync("completion", "--help")).Good());
    }
}
