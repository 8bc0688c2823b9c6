using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using Serilog.Core;
using Serilog.Debugging;

namespace Serilog.Sinks.OssAppend.Tests;

/// <summary>The buffer on disk, over HTTP to the emulator, which is down now and then.</summary>
[Collection(SinkAloneCollection.Name)]
public sealed class SinkBufferOverHttpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-append-buffer-").FullName;
    private readonly ConcurrentQueue<string> _selfLog = new();

    public SinkBufferOverHttpTests()
    {
        BufferPath = Path.Combine(_folder, "buffer");
        SelfLog.Enable(_selfLog.Enqueue);
    }

    /// <summary>Settings in JSON can only name what is static.</summary>
    public static OssAppendMonitor Monitor { get; } = new();

    private string BufferPath { get; set; }

    public void Dispose()
    {
        SelfLog.Disable();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("parameters")]
    [InlineData("options")]
    [InlineData("json")]
    public async Task EachWayToConfigure_EndsInABufferThatOutlivesItsLogger(string way)
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.RespondBeforeCommit(503, "ServiceUnavailable", int.MaxValue, FaultFilter.Any);
        await using (var logger = Configured(way, oss))
        {
            for (var i = 0; i < 100; i++)
                logger.Information("before {I}", i);
            Assert.True(await Monitor.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken).InTime());
            Assert.Equal(100, LinesOnDisk("before"));
            for (var i = 100; i < 200; i++)
                logger.Information("before {I}", i);
        }

        Assert.Equal(200, LinesOnDisk("before"));
        Assert.Equal(0, Monitor.GetSnapshot().DroppedTotal);
        Assert.DoesNotContain(_selfLog, line => line.Contains("given up", StringComparison.Ordinal));
        oss.Faults.Clear();
        await using (var logger = Configured(way, oss))
        {
            logger.Information("after");
            await Wait.UntilAsync(() => Monitor.GetSnapshot() is { Delivered: 201 }).InTime();
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"before {i}"), Lines(oss).Where(line => line != "after"));
        Assert.Single(Lines(oss), "after");
        Assert.Empty(Directory.GetFileSystemEntries(BufferPath));
    }

    [Fact]
    public async Task PathThatCannotBeWritten_IsSaidOnce_AndMemoryDoes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no place that nobody can write to, whatever rights one has.");
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        BufferPath = "/proc/oss-append/buffer";
        await using (var logger = Configured("parameters", oss, closeTimeout: TimeSpan.FromMinutes(1)))
        {
            for (var i = 0; i < 100; i++)
                logger.Information("{I}", i);
            Assert.True(await Monitor.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken).InTime());
            Assert.Equal(100, Lines(oss).Length);
            logger.Information("100");
        }

        Assert.Equal(Enumerable.Range(0, 101).Select(i => i.ToString(CultureInfo.InvariantCulture)), Lines(oss));
        Assert.Contains("buffer on disk does not work", Assert.Single(_selfLog), StringComparison.Ordinal);
    }

    private Logger Configured(string way, OssEmulator oss, TimeSpan closeTimeout = default)
    {
        var configuration = new LoggerConfiguration();
        return way switch
        {
            "json" => configuration.ReadFrom.Configuration(Json(oss)).CreateLogger(),
            "options" => configuration.WriteTo.OssAppend(new OssAppendSinkOptions
            {
                Bucket = "logs",
                Region = oss.Region,
                Endpoint = oss.Endpoint.ToString(),
                AccessKeyId = oss.AccessKeyId,
                AccessKeySecret = oss.AccessKeySecret,
                ObjectKey = "app.log",
                OutputTemplate = "{Message:lj}{NewLine}",
                FormatProvider = CultureInfo.InvariantCulture,
                AppendInterval = TimeSpan.FromMilliseconds(10),
                CloseTimeout = closeTimeout,
                BufferPath = BufferPath,
                Monitor = Monitor,
            }).CreateLogger(),
            _ => configuration.WriteTo.OssAppend(
                "logs",
                oss.Region,
                endpoint: oss.Endpoint.ToString(),
                accessKeyId: oss.AccessKeyId,
                accessKeySecret: oss.AccessKeySecret,
                objectKey: "app.log",
                outputTemplate: "{Message:lj}{NewLine}",
                formatProvider: CultureInfo.InvariantCulture,
                appendInterval: TimeSpan.FromMilliseconds(10),
                bufferPath: BufferPath,
                monitor: Monitor,
                configure: options => options.CloseTimeout = closeTimeout).CreateLogger(),
        };
    }

    private IConfigurationRoot Json(OssEmulator oss)
    {
        const string args = "Serilog:WriteTo:0:Args:";
        var type = typeof(SinkBufferOverHttpTests);
        return new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Serilog:WriteTo:0:Name"] = "OssAppend",
            [args + "bucket"] = "logs",
            [args + "region"] = oss.Region,
            [args + "endpoint"] = oss.Endpoint.ToString(),
            [args + "accessKeyId"] = oss.AccessKeyId,
            [args + "accessKeySecret"] = oss.AccessKeySecret,
            [args + "objectKey"] = "app.log",
            [args + "outputTemplate"] = "{Message:lj}{NewLine}",
            [args + "appendInterval"] = "00:00:00.010",
            [args + "closeTimeout"] = "00:00:00",
            [args + "bufferPath"] = BufferPath,
            [args + "bufferSync"] = "Interval",
            [args + "monitor"] = $"{type.FullName}::Monitor, {type.Assembly.GetName().Name}",
        }).Build();
    }

    private int LinesOnDisk(string text) =>
        Directory.GetFiles(BufferPath, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock")
            .Sum(file => TextOf(file).Split(text + " ").Length - 1);

    private static string TextOf(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private static string[] Lines(OssEmulator oss) =>
        Encoding.UTF8.GetString(oss.ReadObject("logs", "app.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
