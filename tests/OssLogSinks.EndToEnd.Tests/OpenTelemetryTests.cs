using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>OpenTelemetry reads the meter by its name, as an application sets it up.</summary>
public class OpenTelemetryTests
{
    // Every test of this process feeds the same meter, so this one's numbers are known by its bucket.
    private const string OwnBucket = "telemetry";

    [Fact]
    public async Task Meter_IsReadByItsName()
    {
        var options = new OssEmulatorOptions();
        options.Buckets.Add(OwnBucket);
        await using var emulator = await OssEmulator.StartAsync(options, TestContext.Current.CancellationToken);
        var exported = new List<Metric>();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("OssLogSinks").AddInMemoryExporter(exported).Build();
        var appenderOptions = emulator.AppenderOptions();
        appenderOptions.Bucket = OwnBucket;
        appenderOptions.EventSizeLimitBytes = 100;

        await using (var appender = new OssAppender(appenderOptions))
        {
            for (var i = 0; i < 3; i++)
                appender.TryAppend(Record($"event {i}\n"));
            appender.TryAppend(Record(new string('x', 101)));
            Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));
            provider.ForceFlush();
        }

        Assert.Equal(3, Sum("osslogsinks.records.accepted"));
        Assert.Equal(3, Sum("osslogsinks.records.delivered"));
        Assert.Equal(24, Sum("osslogsinks.bytes.delivered"));
        Assert.Equal(emulator.Appends(), Sum("osslogsinks.appends"));
        Assert.Equal(1, Sum("osslogsinks.records.dropped", DropReason.TooLarge));
        Assert.Contains(exported, metric => metric.Name == "osslogsinks.undelivered.age" && metric.Unit == "s" && IsOwn(metric));
        Assert.Contains(exported, metric => metric.Name == "osslogsinks.memory.bytes" && IsOwn(metric));

        long Sum(string name, DropReason? reason = null)
        {
            var sum = 0L;
            foreach (var metric in exported.Where(metric => metric.Name == name && IsOwn(metric)))
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    if (reason is null || HasReason(point, reason.Value))
                        sum += point.GetSumLong();
                }
            }

            return sum;
        }
    }

    private static bool IsOwn(Metric metric) => metric.MeterTags!.Any(tag => tag.Key == "oss.bucket" && Equals(tag.Value, OwnBucket));

    private static bool HasReason(in MetricPoint point, DropReason reason)
    {
        foreach (var tag in point.Tags)
        {
            if (tag.Key == "reason" && Equals(tag.Value, reason.ToString()))
                return true;
        }

        return false;
    }

    private static LogRecord Record(string text) => new(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero), Encoding.UTF8.GetBytes(text));
}
