using System.Net;
using System.Reflection;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.OssAppend.FromConfiguration;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

/// <summary>No secret is told, wherever it stands: in the wrong setting, or in an event's property.</summary>
[Collection(SinkAloneCollection.Name)]
public sealed class SinkSecretTests : IDisposable
{
    private static readonly string[] Names =
    [
        .. typeof(OssAppendFromConfiguration).GetMethods(BindingFlags.Public | BindingFlags.Static).SelectMany(m => m.GetParameters())
            .Where(p => p.ParameterType == typeof(string)).Select(p => p.Name!).Distinct().Except(["accessKeyId", "accessKeySecret", "securityToken", "proxyPassword", "clientCertificatePassword"]),
        "metadata:team", "tags:team",
    ];

    // As Alibaba Cloud makes them.
    private static readonly Gen<string> AccessKeySecret =
        Gen.Char.AlphaNumeric.Array[30].Select(c => new string(c)).Where(s => s.Any(char.IsLower) && s.Any(char.IsUpper) && s.Any(char.IsDigit));

    private static readonly Gen<string> Passphrase =
        Gen.Char['!', '~'].Array[8, 40].Select(c => new string(c)).Where(s => s.Distinct().Count() > 4 && !s.Contains('%') && !s.Contains("::", StringComparison.Ordinal));

    private readonly TextWriter _before = Console.Error;
    private readonly StringWriter _console = new();

    public SinkSecretTests() => Console.SetError(_console);

    public void Dispose() => Console.SetError(_before);

    [Theory]
    [InlineData("WriteTo", "")]
    [InlineData("AuditTo", "")]
    [InlineData("WriteTo", "options:")]
    [InlineData("AuditTo", "options:")]
    public void SecretInTheWrongSetting_IsNotTold(string kind, string prefix) =>
        Gen.Select(AccessKeySecret, Gen.Int[0, Names.Length - 1]).Sample(
            (secret, index) => AssertHidden(kind, secret, new Dictionary<string, string?> { [prefix + "bucket"] = "My_Logs", [prefix + "region"] = "cn-hangzhou", [prefix + Names[index]] = secret }),
            iter: CsCheck.Check.Iter,
            threads: 1);

    [Theory]
    [InlineData("WriteTo", "")]
    [InlineData("WriteTo", "options:")]
    public void SecretInTwoSettings_IsNotTold(string kind, string prefix) =>
        Gen.Select(Passphrase, Gen.Int[0, Names.Length - 1]).Sample(
            (secret, index) => AssertHidden(kind, secret, new Dictionary<string, string?>
            {
                [prefix + "bucket"] = "My_Logs",
                [prefix + "region"] = "cn-hangzhou",
                [prefix + "accessKeyId"] = "id",
                [prefix + "accessKeySecret"] = secret,
                [prefix + Names[index]] = secret,
            }),
            iter: CsCheck.Check.Iter,
            threads: 1);

    [Fact]
    public void Destructured_OptionsShowNoSecret()
    {
        var options = Secretive();
        var rendered = new List<string>();
        using var logger = new LoggerConfiguration().WriteTo.Sink(new Rendering(rendered)).CreateLogger();

        logger.Information("{@Options} {Text}", options, options);
        logger.Information("{@Credentials} {@Provider}", new OssCredentials("id", "hush-hush", "hush-token"), new StaticCredentialsProvider("id", "hush-hush"));

        Assert.Contains("Bucket: \"logs\"", rendered[0], StringComparison.Ordinal);
        Assert.All(rendered, text => Assert.DoesNotContain("hush", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_OfOptionsShowsNoSecret()
    {
        var options = Secretive();
        options.TimeProvider = null!;
        options.FormatProvider = null;

        var json = JsonSerializer.Serialize(options);

        Assert.Contains("\"Bucket\":\"logs\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", json, StringComparison.Ordinal);
    }

    private static OssAppendSinkOptions Secretive() => new()
    {
        Bucket = "logs",
        AccessKeyId = "id",
        AccessKeySecret = "hush-hush",
        SecurityToken = "hush-token",
        Credentials = new StaticCredentialsProvider("id", "hush-hush"),
        HttpMessageHandler = new HttpClientHandler { Proxy = new WebProxy("proxy") { Credentials = new NetworkCredential("user", "hush-proxy") } },
    };

    private void AssertHidden(string kind, string secret, Dictionary<string, string?> arguments)
    {
        _console.GetStringBuilder().Clear();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(arguments.Select(a => new KeyValuePair<string, string?>($"Serilog:{kind}:Oss:Args:{a.Key}", a.Value)).Append(new($"Serilog:{kind}:Oss:Name", "OssAppend")))
            .Build();

        var exception = Assert.ThrowsAny<Exception>(() => new LoggerConfiguration().ReadFrom.Configuration(configuration));

        Assert.IsType<OssSettingsException>(exception.InnerException);
        Assert.DoesNotContain(secret, exception.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(secret, _console.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Rendering(List<string> texts) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => texts.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
    }
}
