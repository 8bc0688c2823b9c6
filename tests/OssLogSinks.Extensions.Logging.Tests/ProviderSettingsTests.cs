using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging.Tests.Support;
using OssLogSinks.Intake.Settings;

namespace OssLogSinks.Extensions.Logging.Tests;

public class ProviderSettingsTests
{
    private static readonly System.Reflection.PropertyInfo[] Readable =
        [.. typeof(OssAppendLoggerOptions).GetProperties().Concat(typeof(OssObjectProperties).GetProperties()).Where(p => SettingText.IsRead(p.PropertyType))];

    public static TheoryData<string> Texts => [.. Readable.Where(p => p.PropertyType != typeof(string)).Select(p => p.Name)];

    public static TheoryData<string, string, string> Misspelt => new()
    {
        { "Bukket", "Bucket", "Bucket" },
        { "closetimout", "CloseTimeout", "CloseTimeout" },
        { "path", "ObjectKey", "ObjectKey" },
        { "Compresion", "Compression", "Compression" },
        { "FormaterName", "", "" },
        { "ObjectProperties:ContentTyp", "ContentType", "ContentType" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void EachSetting_IsReadFromTheConfiguration(string setting)
    {
        var fault = Assert.Single(FaultsOf((setting, "§")));

        Assert.Equal(setting, fault.Setting);
        Assert.StartsWith(setting == "Credentials" ? "must be " : "is '§', but must be ", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void AllFaults_AreNamedAtOnce()
    {
        var exception = Assert.Throws<OssSettingsException>(() => ProviderHost.Build(options => options.BlockTimeout = TimeSpan.FromDays(30), ProviderHost.Configuration(
            ("Region", "cn-hangzhou"), ("AccessKeyId", "id"), ("AccessKeySecret", "hush-hush"), ("Formatter", "jsonn"), ("TimestampFormat", "%"), ("ConcurrentAppends", "many"), ("Buckett", "logs"))));

        Assert.StartsWith("AddOssAppend cannot start because its settings are invalid: ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(
            [
                "BlockTimeout: is 30.00:00:00, but must be from zero up to 24 days, or -1 milliseconds for no limit.",
                "Buckett: is not a setting of OssAppend; write 'Bucket'. (It is in Logging:OssAppend.)",
                "ConcurrentAppends: is 'many', but must be a whole number in digits only, up to 2147483647.",
                "Formatter: is 'jsonn', but must be line, clef or message. AddConsoleFormatter() adds others.",
                "TimestampFormat: is '%', but must be a .NET date format, or empty for no time.",
            ],
            exception.Faults.Select(f => f.ToString()).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("hush-hush", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Misspelt))]
    public void MisspeltSetting_IsNamedWithTheRightOne(string written, string meant, string missing)
    {
        var right = new Dictionary<string, string?> { ["Bucket"] = "logs", ["Region"] = "cn-hangzhou", ["AccessKeyId"] = "id", ["AccessKeySecret"] = "secret" };
        right.Remove(missing);
        right[written] = "x";

        var fault = Assert.Single(FaultsOf([.. right.Select(s => (s.Key, s.Value))]));

        Assert.Equal(written.Split(':')[^1], fault.Setting);
        Assert.Contains(meant.Length > 0 ? $"write '{meant}'" : "cannot be set here; docs/settings.md lists all settings", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ListenerInTheOptions_IsRefused() => Assert.Equal(
        [nameof(OssAppenderOptions.Listener)],
        Assert.Throws<OssSettingsException>(() => ProviderHost.InMemory(new MemoryOss(), options => options.Listener = new NoListener())).Faults.Select(f => f.Setting));

    [Fact]
    public async Task EmptyText_IsASettingThatIsNotGiven()
    {
        var configuration = ProviderHost.Configuration(
            ("AppendInterval", ""), ("Formatter", ""), ("ConcurrentAppends", ""), ("ObjectKey", ""), ("ObjectSizeLimitBytes", ""), ("TimestampFormat", ""), ("RollingInterval", ""));
        OssAppendLoggerOptions? read = null;
        await using var host = ProviderHost.Build(
            options =>
            {
                read = (OssAppendLoggerOptions)options.Copy();
                options.Client = new MemoryOss();
            },
            configuration);

        var unset = new OssAppendLoggerOptions();
        Assert.Equal((unset.AppendInterval, unset.Formatter, unset.ConcurrentAppends, unset.ObjectKey), (read!.AppendInterval, read.Formatter, read.ConcurrentAppends, read.ObjectKey));
        Assert.Equal((null, ""), (read.ObjectSizeLimitBytes, read.TimestampFormat));
    }

    [Fact]
    public async Task SettingsInCode_ComeAfterTheConfiguration()
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(bucket, options => options.ObjectKey = "code.log", ProviderHost.Configuration(("ObjectKey", "file.log"))))
            host.Logger.LogInformation("x");

        Assert.Equal(["code.log"], bucket.Keys);
    }

    [Fact]
    public void AddedTwice_IsOneProvider()
    {
        using var factory = LoggerFactory.Create(logging => logging.AddOssAppend().AddOssAppend(options => options.Client = new MemoryOss()).AddConfiguration(new ConfigurationBuilder().Build()));

        factory.CreateLogger("x").LogInformation(string.Create(CultureInfo.InvariantCulture, $"{1}"));
    }

    private static IReadOnlyList<SettingFault> FaultsOf(params (string Setting, string? Value)[] settings)
    {
        var isWhole = settings.Any(s => s.Setting == "Region");
        var configuration = ProviderHost.Configuration(settings);
        return Assert.Throws<OssSettingsException>(() => isWhole ? ProviderHost.Build(_ => { }, configuration) : ProviderHost.InMemory(new MemoryOss(), configuration: configuration)).Faults;
    }

    private sealed class NoListener : IDeliveryListener
    {
        public void OnDelivered(IReadOnlyList<object> states)
        {
        }

        public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
        {
        }
    }
}
