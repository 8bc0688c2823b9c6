using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

/// <summary>
/// Code, <c>appsettings.json</c> and <c>&lt;appSettings&gt;</c> lead to the same sink: the same wrong values to the same faults, the same right
/// ones to the same objects.
/// </summary>
public class SettingFormsTests
{
    private const string Class = "Serilog.Sinks.OssAppend.Tests.Settings.SettingFormsTests";

    // Each is read, and cannot be used.
    private static readonly Dictionary<string, string> Wrong = new()
    {
        ["bucket"] = "No_Bucket",
        ["region"] = "oss-cn-hangzhou",
        ["endpoint"] = "oss-cn-hangzhou.aliyuncs.com/path",
        ["objectKey"] = "logs/{Timestamp",
        ["objectSizeLimitBytes"] = "0",
        ["accessKeyId"] = "id",
        ["appendInterval"] = "-00:00:01",
        ["batchSizeLimit"] = "0",
        ["queueLimit"] = "0",
        ["blockTimeout"] = "-00:00:05",
        ["closeTimeout"] = "100.00:00:00",
        ["appendSizeLimitBytes"] = "1",
        ["eventSizeLimitBytes"] = "0",
        ["memoryLimitBytes"] = "0",
        ["bufferPath"] = "",
        ["bufferSizeLimitBytes"] = "1",
        ["retryTimeLimit"] = "00:00:00",
        ["requestTimeout"] = "00:00:00",
        ["contentType"] = "ü",
    };

    public static MemoryOss JsonBucket { get; } = new();

    public static MemoryOss XmlBucket { get; } = new();

    public static MemoryOss CodeBucket { get; } = new();

    public static IDictionary<string, string> Metadata { get; } = new Dictionary<string, string> { ["team"] = "orders" };

    [Fact]
    public void WrongValues_AreTheSameFaultsInEveryForm()
    {
        var code = FaultsOf(() => new LoggerConfiguration().WriteTo.OssAppend(
            bucket: "No_Bucket", region: "oss-cn-hangzhou", endpoint: "oss-cn-hangzhou.aliyuncs.com/path", objectKey: "logs/{Timestamp", objectSizeLimitBytes: 0,
            accessKeyId: "id", appendInterval: TimeSpan.FromSeconds(-1), bufferPath: "", configure: SetTheOthersWrong));
        var json = FaultsOf(() => Json(Wrong));

        Assert.Equal(Wrong.Keys.Except(["accessKeyId"]).Append("accessKeySecret").Order(), json.Select(f => f.Setting).Distinct().Order());
        Assert.Equal(json.Select(f => f.ToString()).Order(), FaultsOf(() => Xml(Wrong)).Select(f => f.ToString()).Order());
        Assert.Equal(json.Select(InAnyForm).Order(), code.Select(InAnyForm).Order());
    }

    private static void SetTheOthersWrong(OssAppendSinkOptions options)
    {
        options.BatchSizeLimit = 0;
        options.QueueLimit = 0;
        options.BlockTimeout = TimeSpan.FromSeconds(-5);
        options.CloseTimeout = TimeSpan.FromDays(100);
        options.AppendSizeLimitBytes = 1;
        options.EventSizeLimitBytes = 0;
        options.MemoryLimitBytes = 0;
        options.BufferSizeLimitBytes = 1;
        options.RetryTimeLimit = TimeSpan.Zero;
        options.RequestTimeout = TimeSpan.Zero;
        options.ObjectProperties = new() { ContentType = "ü" };
    }

    // Code sets some by their properties, whose names begin with a capital.
    private static string InAnyForm(SettingFault fault) => fault.ToString().Replace("ObjectProperties.", "", StringComparison.Ordinal).ToUpperInvariant();

    [Fact]
    public void RightValues_MakeTheSameObjectsInEveryForm()
    {
        var settings = new Dictionary<string, string>
        {
            ["objectKey"] = "{Tenant}/{SourceContext}/{Level}.log",
            ["rollingInterval"] = "Day",
            ["objectSizeLimitBytes"] = "12",
            ["restrictedToMinimumLevel"] = "Warning",
            ["useLocalTime"] = "false",
            ["appendInterval"] = "00:00:00.008",
            ["closeTimeout"] = "00:01:00",
            ["storageClass"] = "InfrequentAccess",
            ["addressingStyle"] = "Automatic",
            ["signatureVersion"] = "V4",
            ["formatter"] = Class + "+LevelFormatter, Serilog.Sinks.OssAppend.Tests",
        };
        using (var code = new LoggerConfiguration().WriteTo.OssAppend(
            new LevelFormatter(), objectKey: settings["objectKey"], rollingInterval: OssRollingInterval.Day, objectSizeLimitBytes: 12, restrictedToMinimumLevel: LogEventLevel.Warning,
            appendInterval: TimeSpan.FromMilliseconds(8), configure: options =>
            {
                options.UseLocalTime = false;
                options.CloseTimeout = TimeSpan.FromMinutes(1);
                options.AddressingStyle = OssAddressingStyle.Automatic;
                options.SignatureVersion = OssSignatureVersion.V4;
                options.ObjectProperties = new() { StorageClass = OssStorageClass.InfrequentAccess, Metadata = new Dictionary<string, string>(Metadata) };
                options.Client = CodeBucket;
            }).CreateLogger())
        {
            Log(code);
        }

        using (var json = Json(new(settings) { ["client"] = Class + "::JsonBucket, Serilog.Sinks.OssAppend.Tests", ["metadata:team"] = "orders" }))
            Log(json);
        using (var xml = Xml(new(settings) { ["client"] = Class + "::XmlBucket, Serilog.Sinks.OssAppend.Tests", ["metadata"] = Class + "::Metadata, Serilog.Sinks.OssAppend.Tests" }))
            Log(xml);

        string[] keys = ["_/_/Warning20261122.log", "acme/Shop.Orders/Error20261122.log", "acme/Shop.Orders/Error20261122_001.log"];
        Assert.All([CodeBucket, JsonBucket, XmlBucket], bucket =>
        {
            Assert.Equal(keys, bucket.Keys);
            Assert.Equal("Warning\nError\nError\nError\n", bucket.AllText);
            Assert.Equal(keys.Length, bucket.Creations.Count);
            Assert.All(bucket.Creations.Select(c => c.Properties!), created =>
            {
                Assert.Equal(OssStorageClass.InfrequentAccess, created.StorageClass);
                Assert.Equal("orders", created.Metadata["team"]);
            });
        });
    }

    private static void Log(Logger logger)
    {
        logger.Write(Some.Event("Below"));
        logger.Write(Some.Event("x", LogEventLevel.Warning));
        for (var i = 0; i < 3; i++)
            logger.Write(Some.Event("x", LogEventLevel.Error, new("Tenant", new ScalarValue("acme")), new("SourceContext", new ScalarValue("Shop.Orders"))));
    }

    private static Logger Json(Dictionary<string, string> settings) => new LoggerConfiguration()
        .ReadFrom.Configuration(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>("Serilog:WriteTo:Oss:Args:" + s.Key, s.Value)).Append(new("Serilog:WriteTo:Oss:Name", "OssAppend")))
            .Build())
        .CreateLogger();

    // As ReadFrom.AppSettings() does: it hands over what begins with 'serilog:', without that.
    private static Logger Xml(Dictionary<string, string> settings)
    {
        const string Prefix = "serilog:";
        var file = new XElement(
            "appSettings",
            settings.Select(s => Add("write-to:OssAppend." + s.Key, s.Value)).Prepend(Add("using:OssAppend", "Serilog.Sinks.OssAppend")));
        return new LoggerConfiguration()
            .ReadFrom.KeyValuePairs(XElement.Parse(file.ToString()).Elements("add").Select(add => new KeyValuePair<string, string>(((string)add.Attribute("key")!)[Prefix.Length..], (string)add.Attribute("value")!)))
            .CreateLogger();

        static XElement Add(string key, string value) => new("add", new XAttribute("key", Prefix + key), new XAttribute("value", value));
    }

    private static IReadOnlyList<SettingFault> FaultsOf(Action configure)
    {
        Exception? exception = Assert.ThrowsAny<Exception>(configure);
        while (exception is not (null or OssSettingsException))
            exception = exception.InnerException;
        return Assert.IsType<OssSettingsException>(exception).Faults;
    }

    public sealed class LevelFormatter : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output) => output.Write(logEvent.Level + "\n");
    }
}
