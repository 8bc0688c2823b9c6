using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Diagnostics;

public class SinkNameTests
{
    private readonly MemoryOss _bucket = new();
    private readonly string _name = "sink-" + Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Measurements_HaveTheSinksName_AndTellHowFullItsQueueIs(bool isNamed)
    {
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags.ToArray().Any(tag => tag.Key == "oss.sink.name" && Equals(tag.Value, _name)))
                seen[instrument.Name] = value;
        });
        listener.Start();
        var options = Some.Options(_bucket);
        options.QueueLimit = 17;
        options.ObjectKey = isNamed ? "app.log" : _name;
        options.Name = isNamed ? _name : null;

        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            logger.Information("x");
            Assert.True(await options.Monitor!.FlushAsync(TestContext.Current.CancellationToken));
            listener.RecordObservableInstruments();
            Assert.Equal(_name, options.Monitor.GetSnapshot().Name);
        }

        Assert.Equal(0, seen["osslogsinks.queue.size"]);
        Assert.Equal(17, seen["osslogsinks.queue.capacity"]);
        Assert.Equal(1, seen["osslogsinks.records.delivered"]);
    }
}
