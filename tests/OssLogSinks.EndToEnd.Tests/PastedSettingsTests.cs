using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using NLog;
using NLog.Config;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;
using Serilog;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>The settings that the emulator's tool prints are pasted as they are, and each stores an event. Only the keys are added, which come from the environment.</summary>
public sealed class PastedSettingsTests : IAsyncLifetime
{
    private const string LastLine = "Ctrl-C ends it.";

    private Process _tool = null!;
    private string _printed = "";

    public async ValueTask InitializeAsync()
    {
        _tool = Process.Start(new ProcessStartInfo("dotnet", [typeof(OssEmulator).Assembly.Location, "--port", "0", "--bucket", "my-logs"]) { RedirectStandardOutput = true })!;
        while (!_printed.EndsWith(LastLine + "\n", StringComparison.Ordinal))
            _printed += await _tool.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) + "\n";
    }

    public async ValueTask DisposeAsync()
    {
        _tool.Kill();
        await _tool.WaitForExitAsync(CancellationToken.None);
        _tool.Dispose();
    }

    [Fact]
    public async Task SerilogSettings_StoreAnEvent()
    {
        var configuration = Json("Serilog, in appsettings.json:", "Serilog:WriteTo:Oss:Args:");
        await using (var logger = new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger())
            logger.Information("through Serilog");

        Assert.EndsWith("through Serilog\n", await StoredAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NLogSettings_StoreAnEvent()
    {
        var target = Block("NLog, in nlog.config:").Replace("xsi:type=\"OssAppend\"", $"xsi:type=\"OssAppend\" accessKeyId=\"{Variable("ACCESS_KEY_ID")}\" accessKeySecret=\"{Variable("ACCESS_KEY_SECRET")}\"", StringComparison.Ordinal);
        using var factory = new LogFactory { ThrowConfigExceptions = true };
        factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(
            $"""
            <nlog xmlns="http://www.nlog-project.org/schemas/NLog.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" throwConfigExceptions="true">
              <extensions><add assembly="NLog.Targets.OssAppend" /></extensions>
              <targets>{target}</targets>
              <rules><logger name="*" writeTo="oss" /></rules>
            </nlog>
            """,
            factory);
        factory.GetLogger("test").Info("through NLog");
        factory.Shutdown();

        Assert.EndsWith("through NLog\n", await StoredAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoggingSettings_StoreAnEvent()
    {
        var configuration = Json("Microsoft.Extensions.Logging, in appsettings.json:", "Logging:OssAppend:");
        using (var factory = LoggerFactory.Create(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddOssAppend()))
        {
            var logger = factory.CreateLogger("test");
            if (logger.IsEnabled(Microsoft.Extensions.Logging.LogLevel.Information))
                logger.Log(Microsoft.Extensions.Logging.LogLevel.Information, default, "through the provider", null, (text, _) => text);
        }

        Assert.EndsWith("through the provider\n", await StoredAsync(), StringComparison.Ordinal);
    }

    private IConfiguration Json(string heading, string section) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(Block(heading))))
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            [section + "accessKeyId"] = Variable("ACCESS_KEY_ID"),
            [section + "accessKeySecret"] = Variable("ACCESS_KEY_SECRET"),
        })
        .Build();

    // What is between this heading and the next empty line but one.
    private string Block(string heading) => _printed.Split(heading + "\n\n")[1].Split("\n\n")[0];

    private string Variable(string name) => _printed.Split($"export OSS_{name}=")[1].Split('\n')[0];

    private async Task<string> StoredAsync()
    {
        using var client = new OssClient(new OssClientOptions
        {
            Endpoint = Variable("ENDPOINT"),
            Region = Variable("REGION"),
            Bucket = Variable("BUCKET"),
            Credentials = new StaticCredentialsProvider(Variable("ACCESS_KEY_ID"), Variable("ACCESS_KEY_SECRET")),
        });
        var page = await client.ListObjectsAsync(new ListObjectsRequest { Prefix = "app/" }, TestContext.Current.CancellationToken);
        using var answer = await client.GetObjectAsync(new GetObjectRequest(Assert.Single(page.Objects).Key), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(answer.Content);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
