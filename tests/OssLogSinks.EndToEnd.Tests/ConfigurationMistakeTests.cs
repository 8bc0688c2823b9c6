using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using NLog;
using NLog.Config;
using OssLogSinks.Core;
using OssLogSinks.EndToEnd.Tests.Support;
using Serilog;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>
/// Each mistake gives one message, at start, that names setting, value and cure; and shows no secret. What NLog cannot read it refuses
/// by itself, naming setting and value.
/// </summary>
public class ConfigurationMistakeTests
{
    private const string Secret = "hush-hush";

    private static readonly Dictionary<string, string> Right = new()
    {
        ["bucket"] = "logs",
        ["region"] = "cn-hangzhou",
        ["accessKeyId"] = "some-key",
        ["accessKeySecret"] = Secret,
    };

    public static TheoryData<string> Names => [.. Mistakes.All.Keys];

    // A provider renders within the call, so it has no queue.
    public static TheoryData<string> NamesOfLogging => [.. Mistakes.All.Where(m => m.Value.Setting is not ("queueLimit" or "batchSizeLimit")).Select(m => m.Key)];

    [Fact]
    public void Mistakes_AreThirtyOrMore()
    {
        Assert.True(Mistakes.All.Values.Count(m => !m.IsUnreadable) >= 30);
        Assert.True(NamesOfLogging.Count >= 30);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AppSettings_SayWhatIsWrongAndWhatToDo(string name)
    {
        var mistake = Mistakes.All[name];
        var arguments = With(mistake.Serilog).Select(a => new KeyValuePair<string, string?>("Serilog:WriteTo:Oss:Args:" + a.Key, a.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Serilog:WriteTo:Oss:Name", "OssAppend"), .. arguments]).Build();

        var exception = Assert.ThrowsAny<Exception>(() => new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger().Dispose());

        AssertSays(exception, mistake.Setting, mistake.Value, mistake.Cure);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NLogConfig_SaysWhatIsWrongAndWhatToDo(string name)
    {
        var mistake = Mistakes.All[name];
        XNamespace xsi = "http://www.w3.org/2001/XMLSchema-instance";
        var target = new XElement("target", new XAttribute("name", "oss"), new XAttribute(xsi + "type", "OssAppend"));
        foreach (var (attribute, value) in With(mistake.NLog ?? mistake.Serilog))
            target.SetAttributeValue(attribute, value);
        var document = new XElement(
            "nlog",
            new XAttribute(XNamespace.Xmlns + "xsi", xsi),
            new XElement("extensions", new XElement("add", new XAttribute("assembly", "NLog.Targets.OssAppend"))),
            new XElement("targets", target),
            new XElement("rules", new XElement("logger", new XAttribute("name", "*"), new XAttribute("writeTo", "oss"))));
        using var factory = new LogFactory { ThrowConfigExceptions = true };

        var exception = Assert.ThrowsAny<Exception>(() => factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(document.ToString(), factory));

        if (mistake.IsUnreadable)
            AssertNames(exception, mistake.SettingInNLog, mistake.NLogValue ?? mistake.Value);
        else
            AssertSays(exception, mistake.SettingInNLog, mistake.NLogValue ?? mistake.Value, mistake.Cure);
    }

    [Theory]
    [MemberData(nameof(NamesOfLogging))]
    public void LoggingSection_SaysWhatIsWrongAndWhatToDo(string name)
    {
        var mistake = Mistakes.All[name];
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(With(mistake.Serilog).Select(s => new KeyValuePair<string, string?>("Logging:OssAppend:" + s.Key, s.Value))).Build();

        var exception = Assert.Throws<OssSettingsException>(() => LoggerFactory.Create(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddOssAppend()).Dispose());

        AssertSays(exception, mistake.SettingInOptions, mistake.Value, mistake.Cure);
    }

    private static Dictionary<string, string> With(IReadOnlyList<(string Name, string? Value)> changes)
    {
        var settings = new Dictionary<string, string>(Right);
        foreach (var (name, value) in changes)
        {
            if (value is null)
                settings.Remove(name);
            else
                settings[name] = value;
        }

        return settings;
    }

    // In NLog's own words: "'OssAppendTarget' cannot assign property 'QueueLimit'='many'. …"
    private static void AssertNames(Exception exception, string setting, string value)
    {
        Assert.IsType<NLogConfigurationException>(exception);
        Assert.Contains($"'{setting}'={value}", exception.Message);
        Assert.DoesNotContain(Secret, exception.ToString());
    }

    private static void AssertSays(Exception exception, string setting, string value, string cure)
    {
        while (exception.InnerException is { } inner)
            exception = inner;

        var fault = Assert.Single(exception.Message.Split("\n  - ").Skip(1));
        Assert.StartsWith(setting + ": ", fault);
        Assert.Contains(value, fault);
        Assert.Contains(cure, fault);
        Assert.DoesNotContain(Secret, exception.ToString());
    }
}
