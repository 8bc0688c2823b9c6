using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

/// <summary>The settings of the buffer on disk, in each form that the sink is configured in.</summary>
public sealed class SinkBufferSettingsTests : IDisposable
{
    private static readonly string[] AllFive = ["bufferFullAction", "bufferPath", "bufferSizeLimitBytes", "bufferSync", "bufferSyncInterval"];

    private readonly string _folder = Directory.CreateTempSubdirectory("oss-append-buffer-").FullName;

    public static MemoryOss Bucket { get; } = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Options_ReachTheCoreAsTheyAre()
    {
        var core = AppenderSettings.From(new OssAppendSinkOptions
        {
            BufferPath = "/buffer",
            BufferSizeLimitBytes = 99,
            BufferFullAction = OssBufferFullAction.DropOldest,
            BufferSync = OssBufferSync.Interval,
            BufferSyncInterval = TimeSpan.FromSeconds(9),
            RetryTimeLimit = TimeSpan.FromSeconds(8),
        });

        Assert.Equal(("/buffer", 99L, OssBufferFullAction.DropOldest), (core.BufferPath, core.BufferSizeLimitBytes, core.BufferFullAction));
        Assert.Equal((OssBufferSync.Interval, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(8)), (core.BufferSync, core.BufferSyncInterval, core.RetryTimeLimit));
    }

    [Fact]
    public void NothingSet_IsTheCoresOwnDefault()
    {
        var core = AppenderSettings.From(new OssAppendSinkOptions());
        var unset = new OssAppenderOptions();

        Assert.Equal((null, unset.BufferSizeLimitBytes, unset.BufferFullAction), (core.BufferPath, core.BufferSizeLimitBytes, core.BufferFullAction));
        Assert.Equal((unset.BufferSync, unset.BufferSyncInterval, null), (core.BufferSync, core.BufferSyncInterval, core.RetryTimeLimit));
    }

    [Fact]
    public void FaultsOfParameters_AreNamedAsTheParameters()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var faults = FaultsOf(writeTo => writeTo.OssAppend(
            formatProvider: CultureInfo.InvariantCulture,
            bufferPath: file,
            configure: options =>
            {
                options.Client = Bucket;
                options.MemoryLimitBytes = options.BufferSizeLimitBytes = 8L << 20;
                options.BufferFullAction = (OssBufferFullAction)7;
                options.BufferSync = (OssBufferSync)7;
            }));

        Assert.Equal(["BufferFullAction", "BufferSizeLimitBytes", "BufferSync", "MemoryLimitBytes", "bufferPath"], faults.Select(f => f.Setting).Order(StringComparer.Ordinal));
        Assert.Contains("with bufferPath: eight times AppendSizeLimitBytes, and space for 4 records of EventSizeLimitBytes.", faults.Single(f => f.Setting == "MemoryLimitBytes").Problem, StringComparison.Ordinal);
        Assert.Contains("four times AppendSizeLimitBytes.", faults.Single(f => f.Setting == "BufferSizeLimitBytes").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void FaultsOfOptions_AreNamedAsTheProperties()
    {
        var options = Some.Options(Bucket);
        options.BufferPath = " ";
        options.BufferSizeLimitBytes = -1;
        options.BufferFullAction = (OssBufferFullAction)7;
        options.BufferSync = (OssBufferSync)7;
        options.BufferSyncInterval = TimeSpan.Zero;
        options.RetryTimeLimit = TimeSpan.Zero;

        var faults = FaultsOf(writeTo => writeTo.OssAppend(options));

        Assert.Equal(
            ["BufferFullAction", "BufferPath", "BufferSizeLimitBytes", "BufferSync", "BufferSyncInterval", "RetryTimeLimit"],
            faults.Select(f => f.Setting).Order());
    }

    [Fact]
    public void FlatJson_ReachesAllFive()
    {
        var faults = FaultsOfJson(""" "bufferPath": " ", "bufferSizeLimitBytes": 1, "bufferFullAction": 7, "bufferSync": 7, "bufferSyncInterval": "00:00:00", """);

        Assert.Equal(AllFive, faults.Select(f => f.Setting).Order());
    }

    [Fact]
    public void OptionsInJson_ReachEverySetting()
    {
        var faults = FaultsOfJson(""" "options": { "BufferPath": "", "BufferSizeLimitBytes": 1, "BufferFullAction": 7, "BufferSync": 7, "BufferSyncInterval": "00:00:00", "RetryTimeLimit": "00:00:00", "QueueLimit": 0 } """, isWhole: true);

        Assert.Equal(
            ["BufferFullAction", "BufferPath", "BufferSizeLimitBytes", "BufferSync", "BufferSyncInterval", "QueueLimit", "RetryTimeLimit"],
            faults.Select(f => f.Setting).Order().Except(["Bucket", "Credentials", "Endpoint"]));
    }

    [Fact]
    public void Json_TakesTheNamesOfTheChoices()
    {
        var faults = FaultsOfJson(""" "bufferFullAction": "DropOldest", "bufferSync": "Interval", "bufferSizeLimitBytes": 8388608, "appendSizeLimitBytes": 1048576, "queueLimit": 0, """);

        Assert.Equal("queueLimit", Assert.Single(faults).Setting);
    }

    [Fact]
    public void EventsLeaveTheQueueSoon_WithinThePeriod()
    {
        var options = new OssAppendSinkOptions { BufferPath = _folder };
        var hurried = new OssAppendSinkOptions { AppendInterval = TimeSpan.FromMilliseconds(80) };

        Assert.InRange(AppenderSettings.BatchIntervalOf(options), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20));
        Assert.Equal(options.AppendInterval, AppenderSettings.BatchIntervalOf(options) + AppenderSettings.From(options).AppendInterval);
        Assert.Equal(TimeSpan.FromMilliseconds(10), AppenderSettings.BatchIntervalOf(hurried));
    }

    [Fact]
    public async Task FlushOfNoSink_IsDoneForEitherTarget()
    {
        var monitor = new OssAppendMonitor();

        Assert.True(await monitor.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken));
        Assert.True(await monitor.FlushAsync(OssFlushTarget.Oss, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task CloseThatWaitsForNothing_StillHandsTheQueueOver()
    {
        var options = Some.Options(new MemoryOss());
        options.BufferPath = _folder;
        options.CloseTimeout = TimeSpan.Zero;
        options.TimeProvider = new FakeTimeProvider();
        options.AppendInterval = TimeSpan.FromHours(1);
        var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        for (var i = 0; i < 100; i++)
            logger.Information("{I}", i);

        await logger.DisposeAsync().AsTask().InTime();

        Assert.Equal(100, options.Monitor!.GetSnapshot().Accepted);
    }

    private static IReadOnlyList<SettingFault> FaultsOfJson(string args, bool isWhole = false)
    {
        var type = typeof(SinkBufferSettingsTests).FullName;
        var client = isWhole ? "" : $""" "client": "{type}::Bucket, {typeof(SinkBufferSettingsTests).Assembly.GetName().Name}" """;
        var json = $$"""{ "Serilog": { "WriteTo": [ { "Name": "OssAppend", "Args": { {{args}} {{client}} } } ] } }""";
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        return FaultsIn(Assert.ThrowsAny<Exception>(() => new LoggerConfiguration().ReadFrom.Configuration(configuration)));
    }

    private static IReadOnlyList<SettingFault> FaultsOf(Action<Configuration.LoggerSinkConfiguration> configure) =>
        Assert.Throws<OssSettingsException>(() => configure(new LoggerConfiguration().WriteTo)).Faults;

    private static IReadOnlyList<SettingFault> FaultsIn(Exception? exception)
    {
        while (exception is not (null or OssSettingsException))
            exception = exception.InnerException;

        return Assert.IsType<OssSettingsException>(exception).Faults;
    }
}
