using System.Reflection;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
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
        string[] notInOptions = ["sinkConfiguration", "restrictedToMinimumLevel", "levelSwitch", "configuration"];
        string[] ofObjectProperties = ["contentType", "contentEncoding", "acl", "storageClass", "serverSideEncryption", "metadata", "tags"];
        var options = new OssAppendSinkOptions();
        foreach (var parameter in OfTemplate.Where(p => !notInOptions.Contains(p.Name)))
        {
            object owner = ofObjectProperties.Contains(parameter.Name) ? options.ObjectProperties : options;
            var property = owner.GetType().GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            Assert.True(property is not null, parameter.Name);
            if (parameter.DefaultValue is { } value)
                Assert.Equal(property.GetValue(owner), parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, value) : value);
        }
    }

    [Fact]
    public void FlatParameters_ReachTheOptions()
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(
            new GatedFormatter(),
            endpoint: "gateway.example.com",
            accessKeyId: "i", accessKeySecret: "s",
            addressingStyle: OssAddressingStyle.CustomDomain,
            contentType: "ü", tags: new Dictionary<string, string> { [""] = "x" }));

        Assert.Equal(["bucket", "contentType", "region", "tags"], exception.Faults.Select(f => f.Setting).Order());
    }

    [Fact]
    public void EveryCoreSetting_IsReached()
    {
        string[] ownAffair = [nameof(OssAppenderOptions.Listener), nameof(OssAppenderOptions.Random), nameof(OssAppenderOptions.ReportDoubtfulSettings), nameof(OssAppenderOptions.RetryRefusals)];
        var reached = typeof(OssAppendSinkOptions).GetProperties().SelectMany(ChangesInCore).ToHashSet();

        Assert.Equal(
            typeof(OssAppenderOptions).GetProperties().Select(p => p.Name).Except(ownAffair).Order(),
            reached.Order());
    }

    // The core's settings that become others when this one does.
    private static IEnumerable<string> ChangesInCore(PropertyInfo property)
    {
        var options = new OssAppendSinkOptions { AccessKeyId = "id", AccessKeySecret = "secret" };
        var before = AppenderSettings.From(options);
        property.SetValue(options, Another(property.GetValue(options), property.PropertyType));
        var after = AppenderSettings.From(options);
        return typeof(OssAppenderOptions).GetProperties()
            .Where(p => p.Name != nameof(OssAppenderOptions.Random) && p.Name != nameof(OssAppenderOptions.Credentials) && !Equals(p.GetValue(before), p.GetValue(after)))
            .Select(p => p.Name)
            .Concat(property.Name == nameof(OssAppendSinkOptions.AccessKeyId) && !Equals(before.Credentials, after.Credentials) ? [nameof(OssAppenderOptions.Credentials)] : []);
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
        TimeProvider => new Microsoft.Extensions.Time.Testing.FakeTimeProvider(),
        null when type == typeof(string) => "x",
        null when type == typeof(TimeSpan?) => TimeSpan.FromMinutes(1),
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
