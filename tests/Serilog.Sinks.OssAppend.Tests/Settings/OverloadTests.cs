using System.Globalization;
using System.Reflection;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

public class OverloadTests
{
    private static readonly ParameterInfo[][] Overloads =
        [.. typeof(OssAppendLoggerConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(m => m.GetParameters())];

    private static readonly ParameterInfo[] OfTemplate = Overloads.Single(p => p.Any(x => x.Name == "outputTemplate"));

    private static readonly ParameterInfo[] OfFormatter = Overloads.Single(p => p[1].ParameterType == typeof(ITextFormatter));

    [Fact]
    public void Overloads_AreThree() => Assert.Equal(3, Overloads.Length);

    [Fact]
    public void FlatOverloads_DifferInTheFormatterOnly() => Assert.Equal(
        OfTemplate.Where(p => p.Name is not ("outputTemplate" or "formatProvider")).Select(p => (p.Name, p.ParameterType, p.RawDefaultValue)),
        OfFormatter.Where(p => p.Name != "formatter").Select(p => (p.Name, p.ParameterType, p.RawDefaultValue)));

    [Fact]
    public void EveryParameter_IsAPropertyWithTheSameDefault()
    {
        string[] notInOptions = ["sinkConfiguration", "restrictedToMinimumLevel", "levelSwitch", "configure", "configuration"];
        var options = new OssAppendSinkOptions();
        foreach (var parameter in OfTemplate.Where(p => !notInOptions.Contains(p.Name)))
        {
            var property = typeof(OssAppendSinkOptions).GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            Assert.True(property is not null, parameter.Name);
            if (parameter.DefaultValue is { } value)
                Assert.Equal(property.GetValue(options), parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, value) : value);
        }
    }

    [Fact]
    public void EveryParameter_ReachesTheOptions()
    {
        OssAppendSinkOptions? seen = null;
        var monitor = new OssAppendMonitor();
        var credentials = new StaticCredentialsProvider("a", "b");
        using var client = new OssClient(new OssClientOptions { Bucket = "logs", Region = "cn-hangzhou", Credentials = credentials });
        using var logger = new LoggerConfiguration().WriteTo.OssAppend(
            "logs", "cn-hangzhou", "key.log", LogEventLevel.Error, "{Message}", CultureInfo.InvariantCulture, 7, null, OssRollingInterval.Day, false,
            TimeSpan.FromSeconds(3), "oss-cn-hangzhou.aliyuncs.com", null, null, credentials, client, null, monitor, options => seen = options).CreateLogger();

        Assert.NotNull(seen);
        Assert.Equal(("logs", "cn-hangzhou", "key.log", "{Message}", 7L), (seen.Bucket, seen.Region, seen.ObjectKey, seen.OutputTemplate, seen.ObjectSizeLimitBytes));
        Assert.Equal((OssRollingInterval.Day, false, TimeSpan.FromSeconds(3)), (seen.RollingInterval, seen.RollOnObjectSizeLimit, seen.AppendInterval));
        Assert.Equal("oss-cn-hangzhou.aliyuncs.com", seen.Endpoint);
        Assert.Same(credentials, seen.Credentials);
        Assert.Same(client, seen.Client);
        Assert.Same(monitor, seen.Monitor);
        Assert.Same(CultureInfo.InvariantCulture, seen.FormatProvider);
    }

    [Fact]
    public void FlatParameters_ReachTheOptions()
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(
            new GatedFormatter(),
            endpoint: "gateway.example.com",
            accessKeyId: "i", accessKeySecret: "s",
            configure: options =>
            {
                options.AddressingStyle = OssAddressingStyle.CustomDomain;
                options.ObjectProperties = new() { ContentType = "ü", Tags = new Dictionary<string, string> { [""] = "x" } };
            }));

        Assert.Equal(["ObjectProperties.ContentType", "ObjectProperties.Tags", "bucket", "region"], exception.Faults.Select(f => f.Setting).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryCoreSetting_IsReached()
    {
        string[] refused = [nameof(OssAppenderOptions.Listener)];
        var reached = typeof(OssAppendSinkOptions).GetProperties().SelectMany(ChangesInCore).ToHashSet();

        Assert.Equal(
            typeof(OssAppenderOptions).GetProperties().Select(p => p.Name).Except(refused).Order(),
            reached.Order());
    }

    // The core's settings that become others when this one does.
    private static IEnumerable<string> ChangesInCore(PropertyInfo property)
    {
        var options = new OssAppendSinkOptions();
        var before = AppenderSettings.From(options);
        property.SetValue(options, Another(property.GetValue(options), property.PropertyType));
        var after = AppenderSettings.From(options);
        return typeof(OssAppenderOptions).GetProperties()
            .Where(p => !Equals(p.GetValue(before), p.GetValue(after)))
            .Select(p => p.Name);
    }

    private static object? Another(object? value, Type type) => value switch
    {
        string text => text + "x",
        bool flag => !flag,
        int number => number + 1,
        long number => number + 1,
        TimeSpan time => time + TimeSpan.FromSeconds(1),
        Enum => Enum.GetValues(type).Cast<object>().Last(),
        OssObjectProperties properties => properties with { ContentType = "a/b" },
        Func<double> => () => 0.5,
        TimeProvider => new Microsoft.Extensions.Time.Testing.FakeTimeProvider(),
        null when type == typeof(string) => "x",
        null when type == typeof(TimeSpan?) => TimeSpan.FromMinutes(1),
        null when type == typeof(int?) => 1_000_000,
        null when type == typeof(IOssCredentialsProvider) => new StaticCredentialsProvider("a", "b"),
        null when type == typeof(IOssClient) => new MemoryOss(),
        null when type == typeof(HttpMessageHandler) => new HttpClientHandler(),
        null when type == typeof(IOssDiagnostics) => new NoDiagnostics(),
        _ => null,
    };

    private sealed class NoDiagnostics : IOssDiagnostics
    {
        public void Report(OssDiagnosticEvent diagnosticEvent)
        {
        }
    }
}
