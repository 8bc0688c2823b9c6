using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

public sealed class JsonConfigurationTests
{
    public static MemoryOss BesideBucket { get; } = new();

    public static MemoryOss EmptyTextBucket { get; } = new();

    public static MemoryOss FlatBucket { get; } = new();

    public static MemoryOss FormatterBucket { get; } = new();

    public static MemoryOss CompactBucket { get; } = new();

    public static MemoryOss PackedBucket { get; } = new();

    public static OssAppendMonitor Monitor { get; } = new();

    [Theory]
    [InlineData("[ { \"Name\": \"OssAppend\", \"Args\": { \"objectKey\": \"beside.log\", ", "beside.log")]
    [InlineData("[ { \"Name\": \"OssAppend\", \"Args\": { \"formatter\": \"Serilog.Sinks.OssAppend.OssAppendCompactJsonFormatter, Serilog.Sinks.OssAppend\", ", "logs/")]
    public void OneSettingInOptions_LeavesTheOthersAndIgnoresEmptyTexts(string begin, string key)
    {
        var bucket = key == "beside.log" ? BesideBucket : EmptyTextBucket;
        using (var logger = Configure($$"""
            { "Serilog": { "Using": ["Serilog.Sinks.OssAppend"], "WriteTo": {{begin}}
              "client": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests::{{(key == "beside.log" ? nameof(BesideBucket) : nameof(EmptyTextBucket))}}, Serilog.Sinks.OssAppend.Tests",
              "options": { "ConcurrentAppends": 2, "Name": "", "ObjectKey": "", "OutputTemplate": "", "Endpoint": "", "ObjectHeader": "",
                "ObjectProperties": { "ContentType": "", "CacheControl": "" } } } } ] } }
            """))
        {
            logger.Write(Some.Event("Plain"));
        }

        Assert.StartsWith(key, Assert.Single(bucket.Keys), StringComparison.Ordinal);
        Assert.Contains("Plain", bucket.AllText, StringComparison.Ordinal);
        Assert.Equal("text/plain; charset=utf-8", Assert.Single(bucket.Creations).Properties!.ContentType);
    }

    [Fact]
    public void CompactJsonFormatter_IsFoundByItsName()
    {
        using (var logger = Configure("""
            {
              "Serilog": {
                "Using": ["Serilog.Sinks.OssAppend"],
                "WriteTo": [ { "Name": "OssAppend", "Args": {
                  "formatter": "Serilog.Sinks.OssAppend.OssAppendCompactJsonFormatter, Serilog.Sinks.OssAppend",
                  "objectKey": "app.clef",
                  "client": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests::CompactBucket, Serilog.Sinks.OssAppend.Tests"
                } } ]
              }
            }
            """))
        {
            logger.Write(Some.Event("Plain"));
        }

        Assert.Equal("{\"@t\":\"2026-11-22T12:15:07.0890000Z\",\"@mt\":\"Plain\"}\n", CompactBucket.AllText);
    }

    [Theory]
    [InlineData("""["Serilog.Sinks.OssAppend"]""")]
    [InlineData("[]")]
    public void FlatSettings_AreReadFromJson(string @using)
    {
        var key = @using.Length > 2 ? "named" : "found";
        var logger = Configure($$"""
            {
              "Serilog": {
                "Using": {{@using}},
                "LevelSwitches": { "$switch": "Warning" },
                "WriteTo": [ { "Name": "OssAppend", "Args": {
                  "bucket": "logs",
                  "region": "cn-hangzhou",
                  "objectKey": "{{key}}/{Level}.log",
                  "outputTemplate": "{Message:lj}!{NewLine}",
                  "levelSwitch": "$switch",
                  "rollingInterval": "Day",
                  "rollOnObjectSizeLimit": true,
                  "objectSizeLimitBytes": 30,
                  "accessKeyId": "id",
                  "accessKeySecret": "secret",
                  "appendInterval": "00:00:00.008",
                  "queueLimit": 77,
                  "blockWhenFull": true,
                  "blockTimeout": "00:00:30",
                  "storageClass": "InfrequentAccess",
                  "metadata": { "team": "orders" },
                  "tags": { "app": "shop" },
                  "monitor": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests::Monitor, Serilog.Sinks.OssAppend.Tests",
                  "client": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests::FlatBucket, Serilog.Sinks.OssAppend.Tests"
                } } ]
              }
            }
            """);
        using (logger)
        {
            logger.Write(Some.Event("Below the switch"));
            logger.Write(Some.Event("The first of twenty-five", LogEventLevel.Error));
            logger.Write(Some.Event("It crosses the limit", LogEventLevel.Error));
            logger.Write(Some.Event("Next object", LogEventLevel.Error));
        }

        Assert.Equal("The first of twenty-five!\nIt crosses the limit!\n", FlatBucket.Text($"{key}/Error20261122.log"));
        Assert.Equal("Next object!\n", FlatBucket.Text($"{key}/Error20261122_001.log"));
        Assert.Equal(3, Monitor.GetSnapshot().Delivered);
    }

    [Fact]
    public void CompressionAndHeader_AreReadFromJson()
    {
        using (var logger = Configure("""
            { "Serilog": { "WriteTo": [ { "Name": "OssAppend", "Args": {
              "objectKey": "packed/app-.log", "rollingInterval": "Day", "compression": "Gzip", "contentType": "application/x-ndjson", "contentEncoding": "gzip", "objectHeader": "columns",
              "outputTemplate": "{Message:lj}{NewLine}",
              "client": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests::PackedBucket, Serilog.Sinks.OssAppend.Tests"
            } } ] } }
            """))
        {
            logger.Write(Some.Event("Text"));
        }

        using var gzip = new GZipStream(new MemoryStream(PackedBucket.Bytes("packed/app-20261122.log.gz")), CompressionMode.Decompress);
        Assert.Equal("columns\nText\n", new StreamReader(gzip).ReadToEnd());
        var created = PackedBucket.Creations.Single().Properties!;
        Assert.Equal(("application/x-ndjson", "gzip"), (created.ContentType, created.ContentEncoding));
    }

    [Fact]
    public void Formatter_IsChosenByItsType()
    {
        using (var logger = Configure("""
            { "Serilog": { "WriteTo": [ { "Name": "OssAppend", "Args": {
              "formatter": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests+LevelFormatter, Serilog.Sinks.OssAppend.Tests",
              "objectKey": "x.log",
              "client": "Serilog.Sinks.OssAppend.Tests.Settings.JsonConfigurationTests::FormatterBucket, Serilog.Sinks.OssAppend.Tests"
            } } ] } }
            """))
        {
            logger.Information("Text");
        }

        Assert.Equal("Information\n", FormatterBucket.AllText);
    }

    [Fact]
    public void OptionsSection_CarriesEverySettingThatJsonCanSay()
    {
        var exception = Assert.ThrowsAny<Exception>(() => Configure("""
            { "Serilog": { "WriteTo": [ { "Name": "OssAppend", "Args": { "options": {
              "Bucket": "logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret",
              "ConcurrentAppends": 1000, "OpenStreamLimit": 0, "RefusalRetryDelay": "-00:00:01", "RollingInterval": "Day",
              "ObjectProperties": { "ContentEncoding": "ü", "Metadata": { "no name": "x" } }
            } } } ] } }
            """));

        var faults = SettingsFault(exception).Faults;
        Assert.Equal(
            ["ConcurrentAppends", "ObjectProperties.ContentEncoding", "ObjectProperties.Metadata", "OpenStreamLimit", "RefusalRetryDelay"],
            faults.Select(f => f.Setting).Order());
        Assert.Contains(faults, f => f.Problem.Contains("'no name'", StringComparison.Ordinal));
    }

    private static Logger Configure(string json)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        return new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();
    }

    private static OssSettingsException SettingsFault(Exception? exception)
    {
        while (exception is not (null or OssSettingsException))
            exception = exception.InnerException;

        return Assert.IsType<OssSettingsException>(exception);
    }

    public sealed class LevelFormatter : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output) => output.Write(logEvent.Level + "\n");
    }
}
