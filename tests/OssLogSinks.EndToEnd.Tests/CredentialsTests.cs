using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NLog;
using NLog.Config;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.EndToEnd.Tests.Support;
using OssLogSinks.Testing;
using Serilog;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Each way of credentials delivers through every front door, from configuration alone.</summary>
public class CredentialsTests
{
    private const string Event = "signed";

    private const string Self = "OssLogSinks.EndToEnd.Tests.CredentialsTests";
    private const string Assembly = ", OssLogSinks.EndToEnd.Tests";

    private static readonly Action<Microsoft.Extensions.Logging.ILogger, Exception?> Signed =
        LoggerMessage.Define(Microsoft.Extensions.Logging.LogLevel.Information, default, Event);

    public static IOssCredentialsProvider Current { get; } = new OwnProvider();

    public static TheoryData<string, string> Ways
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var door in new[] { "serilog-json", "serilog-appsettings", "nlog", "logging" })
            {
                foreach (var way in new[] { "", "Chain", "Environment", "Oidc", "RamRole", "RamRole:log-writer", "Profile", "Profile:writer", "Uri", "Uri:ADDRESS", "Process:cat FILE", "AssumeRole:acs:ram::1:role/x;source=Profile:caller" })
                    data.Add(door, way);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Word_DeliversFromConfigurationAlone(string door, string way)
    {
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { Buckets = { Emulated.Bucket } }, TestContext.Current.CancellationToken);
        await using var world = await CredentialsWorld.StartAsync(TimeProvider.System);
        var issued = world.Temporary(1);
        world.Server.Issue = () => issued;
        emulator.SetCredentials(new EmulatedCredentials(issued.AccessKeyId, issued.AccessKeySecret.Reveal()) { SecurityToken = issued.SecurityToken!.Reveal() });
        var file = world.WriteFile("credentials.json", CredentialsServer.DocumentOf(issued));
        SetUp(world, way);
        world.Enter();

        await LogAsync(door, emulator, way.Replace("ADDRESS", world.Server.Address + "c", StringComparison.Ordinal).Replace("FILE", file, StringComparison.Ordinal));

        Assert.EndsWith(Event, Assert.Single(emulator.Lines()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serilog-json", Self + "+OwnProvider" + Assembly)]
    [InlineData("serilog-json", Self + "::Current" + Assembly)]
    [InlineData("serilog-appsettings", Self + "+OwnProvider" + Assembly)]
    [InlineData("serilog-appsettings", Self + "::Current" + Assembly)]
    public async Task TypeName_DeliversFromConfigurationAlone(string door, string type)
    {
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { Buckets = { Emulated.Bucket } }, TestContext.Current.CancellationToken);
        emulator.SetCredentials(new EmulatedCredentials("own-key", "own-secret"));

        await LogAsync(door, emulator, type);

        Assert.EndsWith(Event, Assert.Single(emulator.Lines()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serilog-json")]
    [InlineData("serilog-appsettings")]
    [InlineData("nlog")]
    [InlineData("logging")]
    public async Task ProxyAndAuthorityOfTheSettings_HoldForStsToo(string door)
    {
        using var issuer = new CertificateIssuer();
        using var certificate = X509CertificateLoader.LoadPkcs12(issuer.Issue("sts.aliyuncs.com").Pfx, null);
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { Buckets = { Emulated.Bucket } }, TestContext.Current.CancellationToken);
        await using var world = await CredentialsWorld.StartAsync(TimeProvider.System, certificate);
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!);
        var issued = world.Temporary(1);
        world.Server.Issue = () => issued;
        emulator.SetCredentials(new EmulatedCredentials(issued.AccessKeyId, issued.AccessKeySecret.Reveal()) { SecurityToken = issued.SecurityToken!.Reveal() });
        world.SetUpRrsa();
        var authority = world.WriteFile("root.pem", issuer.RootPem + "\n" + issuer.IntermediatePem);
        world.Enter();

        await LogAsync(door, emulator, "Oidc", ("proxy", proxy.Url), ("proxyBypass", emulator.Endpoint.Host), ("certificateAuthority", authority));

        Assert.EndsWith(Event, Assert.Single(emulator.Lines()), StringComparison.Ordinal);
        Assert.Equal("CONNECT sts.aliyuncs.com:443 HTTP/1.1", Assert.Single(proxy.Requests));
    }

    [Theory]
    [InlineData(Self + "+NeedsArguments" + Assembly, "has no constructor without required arguments.")]
    [InlineData(Self + "::Missing" + Assembly, "has no public static property or field Missing with a credentials provider.")]
    public async Task TypeThatGivesNoProvider_StopsTheStart(string type, string expected)
    {
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { Buckets = { Emulated.Bucket } }, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => LogAsync("serilog-json", emulator, type));

        Assert.Contains(expected, failure.ToString(), StringComparison.Ordinal);
    }

    private static void SetUp(CredentialsWorld world, string way)
    {
        if (way == "Oidc")
            world.SetUpRrsa();
        world.With("ALIBABA_CLOUD_CREDENTIALS_URI", world.Server.Address + "c");
        if (way == "Environment")
            world.With("OSS_ACCESS_KEY_ID", "STS.1").With("OSS_ACCESS_KEY_SECRET", "issued-secret-1").With("OSS_SESSION_TOKEN", "issued-token-1");
        if (way.Contains("Profile", StringComparison.Ordinal))
        {
            world.WriteFile(".aliyun/config.json", """
                {"current":"writer","profiles":[
                {"name":"writer","mode":"StsToken","access_key_id":"STS.1","access_key_secret":"issued-secret-1","sts_token":"issued-token-1"},
                {"name":"caller","mode":"AK","access_key_id":"LTAIcaller","access_key_secret":"caller-secret"}]}
                """);
        }
    }

    private static async Task LogAsync(string door, OssEmulator emulator, string way, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["endpoint"] = emulator.Endpoint.ToString(),
            ["region"] = emulator.Region,
            ["bucket"] = Emulated.Bucket,
            ["objectKey"] = "app.log",
            ["credentials"] = way,
            ["closeTimeout"] = "00:00:20",
        };
        foreach (var setting in more)
            settings[setting.Name] = setting.Value;

        switch (door)
        {
            case "serilog-json":
                settings["outputTemplate"] = "{Message:lj}{NewLine}";
                await LogFromFileAsync(
                    JsonSerializer.Serialize(new { Serilog = new { Using = new[] { "Serilog.Sinks.OssAppend" }, WriteTo = new[] { new { Name = "OssAppend", Args = settings } } } }),
                    (logging, path) => logging.ReadFrom.Configuration(new ConfigurationBuilder().AddJsonFile(path).Build()));
                break;
            case "serilog-appsettings":
                settings["outputTemplate"] = "{Message:lj}{NewLine}";
                var pairs = settings.ToDictionary(setting => "serilog:write-to:OssAppend." + setting.Key, setting => setting.Value);
                pairs["serilog:using:OssAppend"] = "Serilog.Sinks.OssAppend";
                await LogFromFileAsync(
                    new XElement("configuration", new XElement("appSettings", pairs.Select(pair => new XElement("add", new XAttribute("key", pair.Key), new XAttribute("value", pair.Value!))))).ToString(),
                    (logging, path) => logging.ReadFrom.KeyValuePairs(AppSettingsIn(path)));
                break;
            case "nlog":
                LogWithNLog(settings);
                break;
            default:
                var section = settings.ToDictionary(setting => "Logging:OssAppend:" + setting.Key, setting => setting.Value);
                var configuration = new ConfigurationBuilder().AddInMemoryCollection(section).Build();
                await using (var services = new ServiceCollection().AddLogging(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddOssAppend()).BuildServiceProvider())
                    Signed(services.GetRequiredService<ILoggerFactory>().CreateLogger("Test"), null);
                break;
        }
    }

    private static async Task LogFromFileAsync(string text, Func<LoggerConfiguration, string, LoggerConfiguration> read)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, text);
            await using var logger = read(new LoggerConfiguration(), path).CreateLogger();
            logger.Information(Event);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // As ReadFrom.AppSettings() does: it hands over what begins with 'serilog:', without that.
    private static IEnumerable<KeyValuePair<string, string>> AppSettingsIn(string path)
    {
        const string Prefix = "serilog:";
        return from add in XDocument.Load(path).Root!.Element("appSettings")!.Elements("add")
               let key = (string)add.Attribute("key")!
               where key.StartsWith(Prefix, StringComparison.Ordinal)
               select new KeyValuePair<string, string>(key[Prefix.Length..], (string)add.Attribute("value")!);
    }

    private static void LogWithNLog(Dictionary<string, string?> settings)
    {
        settings.Remove("closeTimeout");
        var attributes = string.Join(" ", settings.Where(setting => setting.Value!.Length > 0).Select(setting => $"{setting.Key}='{setting.Value}'"));
        var factory = new LogFactory();
        factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(
            $$"""
            <nlog throwConfigExceptions='true'>
              <extensions><add assembly='NLog.Targets.OssAppend' /></extensions>
              <targets><target name='oss' type='OssAppend' layout='${message}' closeTimeoutSeconds='20' {{attributes}} /></targets>
              <rules><logger name='*' writeTo='oss' /></rules>
            </nlog>
            """,
            factory);
        factory.GetLogger("Test").Info(Event);
        factory.Shutdown();
    }

    public class OwnProvider : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => new(new OssCredentials("own-key", "own-secret"));
    }

    public sealed class NeedsArguments(string text) : OwnProvider
    {
        public override string ToString() => text;
    }
}
