using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

/// <summary>An application that cannot start says on its first line which sink has which faults.</summary>
[Collection(SinkAloneCollection.Name)]
public sealed class StartUpErrorTests : IDisposable
{
    private readonly TextWriter _before = Console.Error;
    private readonly StringWriter _console = new();

    public StartUpErrorTests() => Console.SetError(_console);

    public void Dispose() => Console.SetError(_before);

    [Fact]
    public void ErrorInCode_NamesSinkAndSettingsFirstWithoutOurFrames()
    {
        var text = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(bucket: "My_Logs", region: "oss-cn-hangzhou", accessKeyId: "id", accessKeySecret: "secret")).ToString();

        Assert.Equal("OssLogSinks.Core.OssSettingsException: WriteTo.OssAppend cannot start because its settings are invalid: bucket, region.", text.Split('\n')[0]);
        Assert.DoesNotContain("at Serilog.OssAppend", text, StringComparison.Ordinal);
        Assert.DoesNotContain("at Serilog.Sinks.OssAppend.Settings", text, StringComparison.Ordinal);
        Assert.Contains(nameof(ErrorInCode_NamesSinkAndSettingsFirstWithoutOurFrames), text, StringComparison.Ordinal);
        Assert.Equal("", _console.ToString());
    }

    [Fact]
    public void InCode_AuditIsNamedAsSuch()
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().AuditTo.OssAppend(bucket: "My_Logs", region: "cn-hangzhou", accessKeyId: "id", accessKeySecret: "secret"));

        Assert.StartsWith("AuditTo.OssAppend cannot start because its settings are invalid: bucket.\n  - bucket: 'My_Logs'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WriteTo", """ "bucket": "My_Logs", "region": "cn-hangzhou", "appendInterval": "soon", "accessKeyId": "id", "accessKeySecret": "secret" """, "appendInterval, bucket")]
    [InlineData("AuditTo", """ "bucket": "My_Logs", "region": "cn-hangzhou", "accessKeyId": "id", "accessKeySecret": "secret" """, "bucket")]
    [InlineData("WriteTo", """ "options": { "Bucket": "My_Logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret" } """, "Bucket")]
    [InlineData("AuditTo", """ "options": { "Bucket": "My_Logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret" } """, "Bucket")]
    [InlineData("WriteTo", """ "bucket": "logs", "region": "cn-hangzhou", "bukcet": "x", "accessKeyId": "id", "accessKeySecret": "secret" """, "bukcet")]
    public void FromJson_FirstLineOnTheConsoleIsTheSinks(string kind, string arguments, string settings)
    {
        var exception = Assert.ThrowsAny<Exception>(() => Configure(kind, arguments, whole: true));

        Assert.Equal($"{kind}.OssAppend cannot start because its settings are invalid: {settings}.", _console.ToString().Split('\n')[0].TrimEnd('\r'));
        Assert.Equal(Assert.IsType<OssSettingsException>(exception.InnerException).Message, _console.ToString().TrimEnd());
    }

    // These readers wrap the exception too.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FromASectionOrAppSettings_TheLineAfterTheReadersIsTheSinks(bool isSection)
    {
        var exception = Assert.ThrowsAny<Exception>(() =>
        {
            if (isSection)
            {
                Configure("WriteTo", """ "bucket": "My_Logs", "region": "cn-hangzhou", "accessKeyId": "id", "accessKeySecret": "secret" """, whole: false);
                return;
            }

            new LoggerConfiguration().ReadFrom.KeyValuePairs(new Dictionary<string, string>
            {
                ["using:OssAppend"] = "Serilog.Sinks.OssAppend",
                ["write-to:OssAppend.bucket"] = "My_Logs",
                ["write-to:OssAppend.region"] = "cn-hangzhou",
                ["write-to:OssAppend.accessKeyId"] = "id",
                ["write-to:OssAppend.accessKeySecret"] = "secret",
            });
        });

        var lines = exception.ToString().Split('\n');
        Assert.Equal(" ---> OssLogSinks.Core.OssSettingsException: WriteTo.OssAppend cannot start because its settings are invalid: bucket.", lines[1].TrimEnd('\r'));
        Assert.DoesNotContain(lines, line => line.Contains("at Serilog.OssAppend", StringComparison.Ordinal) || line.Contains("at Serilog.Sinks.OssAppend.Settings", StringComparison.Ordinal));
    }

    [Fact]
    public void Reports_GoToTheConsole_WhenJsonSaysSo()
    {
        // Nobody is there, so nothing is sent; the endpoint is reported before.
        Configure("WriteTo", """
            "bucket": "logs", "region": "cn-hangzhou", "endpoint": "http://10.255.255.1:9", "accessKeyId": "id", "accessKeySecret": "secret", "reportToConsole": true
            """, whole: true);

        Assert.StartsWith("OssAppend, Warning: Log text, access key ids and security tokens go to 'http://10.255.255.1:9' unencrypted", _console.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WriteTo", """ "allowPlainHttp": true """)]
    [InlineData("AuditTo", """ "allowPlainHttp": true """)]
    public void PlainHttp_IsSilent_WhenJsonAllowsIt(string kind, string setting)
    {
        Configure(kind, $"""
            "bucket": "logs", "region": "cn-hangzhou", "endpoint": "http://10.255.255.1:9", "accessKeyId": "id", "accessKeySecret": "secret", "reportToConsole": true, {setting}
            """, whole: true);

        Assert.Equal("", _console.ToString());
    }

    private static void Configure(string kind, string arguments, bool whole)
    {
        var json = $$"""{ "Serilog": { "{{kind}}": [ { "Name": "OssAppend", "Args": { {{arguments}} } } ] } }""";
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json))).Build();
#pragma warning disable CS0618 // Obsolete, and still used.
        var logger = whole
            ? new LoggerConfiguration().ReadFrom.Configuration(configuration)
            : new LoggerConfiguration().ReadFrom.ConfigurationSection(configuration.GetSection("Serilog"));
#pragma warning restore CS0618
        logger.CreateLogger().Dispose();
    }
}
