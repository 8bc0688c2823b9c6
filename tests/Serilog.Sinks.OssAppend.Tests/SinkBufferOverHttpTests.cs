using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Testing.FrontDoors;
using Serilog.Core;
using Serilog.Debugging;

namespace Serilog.Sinks.OssAppend.Tests;

/// <summary>The buffer on disk of a logger, over HTTP to the emulator.</summary>
[Collection(SinkAloneCollection.Name)]
public sealed class SinkBufferOverHttpTests : BufferOverHttpTests
{
    private readonly ConcurrentQueue<string> _selfLog = new();

    public SinkBufferOverHttpTests() => SelfLog.Enable(_selfLog.Enqueue);

    /// <summary>Settings in JSON can only name what is static.</summary>
    public static OssAppendMonitor Monitor { get; } = new();

    private protected override IEnumerable<string> Reports => _selfLog;

    public override void Dispose()
    {
        SelfLog.Disable();
        base.Dispose();
    }

    [Theory]
    [InlineData("parameters")]
    [InlineData("options")]
    [InlineData("json")]
    public Task EachWayToConfigure_EndsInABufferThatOutlivesItsLogger(string way) => AssertBufferOutlivesAsync(way);

    private protected override IBufferedLog Open(string way, OssEmulator oss, TimeSpan closeTimeout = default) =>
        new BufferedLogger(Configured(way, oss, closeTimeout));

    private Logger Configured(string way, OssEmulator oss, TimeSpan closeTimeout)
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

    private sealed class BufferedLogger(Logger logger) : IBufferedLog
    {
        public void Write(string message) => logger.Information("{Text:l}", message);

        public async Task FlushToDiskAsync() => Assert.True(await Monitor.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken));

        public Task CloseAsync() => DisposeAsync().AsTask();

        public DeliverySnapshot GetSnapshot() => Monitor.GetSnapshot();

        public void AssertAllAreSafe(int count) => Assert.Equal(0, Monitor.GetSnapshot().DroppedTotal);

        public ValueTask DisposeAsync() => logger.DisposeAsync();
    }
}
