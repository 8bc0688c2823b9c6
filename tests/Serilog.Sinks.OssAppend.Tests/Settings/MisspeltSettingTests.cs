using System.Text;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

/// <summary>What the configuration reader would leave out without a word is said, and stops the start.</summary>
public class MisspeltSettingTests
{
    private const string Right = """ "bucket": "logs", "region": "cn-hangzhou", "accessKeyId": "id", "accessKeySecret": "secret" """;

    [Theory]
    [InlineData("buket", "bucket")]
    [InlineData("Bucktes", "bucket")]
    [InlineData("rollingIntervall", "rollingInterval")]
    [InlineData("objctKey", "objectKey")]
    [InlineData("path", "objectKey")]
    [InlineData("fileSizeLimitBytes", "objectSizeLimitBytes")]
    [InlineData("RollOnFileSizeLimit", "rollOnObjectSizeLimit")]
    [InlineData("period", "appendInterval")]
    [InlineData("acessKeySecret", "accessKeySecret")]
    public void SettingThatThereIsNot_IsNamedWithTheOneThatWasMeant(string written, string meant)
    {
        var fault = Assert.Single(FaultsOf($$""" "Args": { {{Right}}, "{{written}}": "hush-hush" } """));

        Assert.Equal(written, fault.Setting);
        Assert.Contains($"write '{meant}'", fault.Problem, StringComparison.Ordinal);
        Assert.Contains("Serilog:WriteTo:0:Args", fault.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void SettingThatIsLikeNone_IsNamedAsWell() =>
        Assert.Contains("docs/settings.md", Assert.Single(FaultsOf($$""" "Args": { {{Right}}, "compressionLevelOfTheArchive": 3 } """)).Problem, StringComparison.Ordinal);

    [Fact]
    public void MisspeltBucket_IsOneFault_NotAMissingBucketToo()
    {
        var fault = Assert.Single(FaultsOf(""" "Args": { "buket": "logs", "region": "cn-hangzhou", "accessKeyId": "id", "accessKeySecret": "secret" } """));

        Assert.Equal("buket", fault.Setting);
    }

    [Fact]
    public void SettingsInOptions_AreLookedAtToo()
    {
        var faults = FaultsOf("""
            "Args": { "options": {
              "Bucket": "logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret", "ConcurentAppends": 2,
              "ObjectProperties": { "ContenType": "text/plain" } } }
            """);

        Assert.Equal(["ConcurentAppends", "ContenType"], faults.Select(f => f.Setting));
        Assert.Contains("write 'ContentType'", faults[1].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""
        "appendInterval": "00:00:05", "options": { "Bucket": "logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret" }
        """)]
    [InlineData("""
        "bucket": "logs", "region": "cn-hangzhou", "accessKeyId": "id", "accessKeySecret": "secret", "contentType": "text/csv", "tags": { "app": "shop" }, "options": { "ConcurrentAppends": 8 }
        """)]
    [InlineData("""
        "bucket": "logs", "region": "", "options": { "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret" }
        """)]
    public void SettingsBesideOptions_AreReadWithThem(string arguments) =>
        Configure($$"""{ "Serilog": { "WriteTo": [ { "Name": "OssAppend", "Args": { {{arguments}} } } ] } }""");

    [Theory]
    [InlineData("""
        "bucket": "logs", "options": { "Bucket": "others", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret" }
        """, "bucket")]
    [InlineData("""
        "acl": "Private", "options": { "Bucket": "logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret", "ObjectProperties": { "Acl": "PublicRead" } }
        """, "acl")]
    public void SettingBesideOptionsThatHaveItToo_IsAFault(string arguments, string setting)
    {
        var fault = Assert.Single(FaultsOf($$""" "Args": { {{arguments}} } """));

        Assert.Equal(setting, fault.Setting);
        Assert.Contains("leave one of the two out", fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outputTemplate", "\"{Message}\"")]
    [InlineData("escapeControlCharacters", "true")]
    public void SettingThatAFormatterDoesNotUse_IsAFaultWithIt(string setting, string value)
    {
        var fault = Assert.Single(FaultsOf($$"""
            "Args": { {{Right}}, "{{setting}}": {{value}},
              "formatter": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests+LevelFormatter, Serilog.Sinks.OssAppend.Tests" }
            """));

        Assert.Equal(setting, fault.Setting);
        Assert.StartsWith("cannot be combined with 'formatter'; leave one of the two out.", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void SinkInASinkUnderAName_IsLookedAtToo()
    {
        var exception = Assert.ThrowsAny<Exception>(() => Configure($$"""
            { "Serilog": { "WriteTo": { "Sub": { "Name": "Logger", "Args": { "configureLogger": {
              "WriteTo": { "Oss": { "Name": "OssAppend", "Args": { {{Right}}, "apendInterval": "00:00:05" } } } } } } } } }
            """));

        Assert.Contains("Serilog:WriteTo:Sub:Args:configureLogger:WriteTo:Oss:Args", SettingsFault(exception).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherSinksAndOtherSections_AreLeftAlone() => Configure($$"""
        { "Shop": { "Name": "OssAppend", "Args": { "anything": 1 } },
          "Serilog": { "WriteTo": [ { "Name": "OssAppend", "Args": { {{Right}}, "APPENDINTERVAL": "00:00:05", "tags": { "app": "shop" } } } ] } }
        """);

    private static IReadOnlyList<SettingFault> FaultsOf(string arguments) =>
        SettingsFault(Assert.ThrowsAny<Exception>(() => Configure($$"""{ "Serilog": { "WriteTo": [ { "Name": "OssAppend", {{arguments}} } ] } }"""))).Faults;

    private static void Configure(string json)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger().Dispose();
    }

    private static OssSettingsException SettingsFault(Exception? exception)
    {
        while (exception is not (null or OssSettingsException))
            exception = exception.InnerException;

        return Assert.IsType<OssSettingsException>(exception);
    }
}
