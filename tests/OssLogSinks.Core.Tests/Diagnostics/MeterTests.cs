using System.Diagnostics.Metrics;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Diagnostics;

public class MeterTests
{
    [Fact]
    public async Task Meter_TellsWhatTheSnapshotTells()
    {
        var oss = new MemoryOss();
        oss.NextAnswerIsLost();
        var options = Options(oss);
        options.Bucket = "meter-" + Guid.NewGuid().ToString("N");
        options.ObjectSizeLimit = 4;
        options.RecordSizeLimit = 10;
        var sums = new Dictionary<string, double>();
        using var listener = Listen(options.Bucket, sums);
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("one\n"));
        appender.TryAppend(Record("two\n"));
        appender.TryAppend(Record("much too large\n"));
        listener.RecordObservableInstruments();
        var held = sums["osslogsinks.spool.bytes"];
        await appender.FlushOrFailAsync();

        var snapshot = appender.GetSnapshot();
        Assert.Equal(2, sums["osslogsinks.records.accepted"]);
        Assert.Equal(2, sums["osslogsinks.records.delivered"]);
        Assert.Equal(1, sums["osslogsinks.records.dropped"]);
        Assert.Equal(8, sums["osslogsinks.bytes.delivered"]);
        Assert.Equal(snapshot.Appends, sums["osslogsinks.appends"]);
        Assert.Equal(snapshot.Resyncs, sums["osslogsinks.resyncs"]);
        Assert.Equal(snapshot.Rolls, sums["osslogsinks.rolls"]);
        Assert.Equal(snapshot.Retries, sums["osslogsinks.retries"]);
        Assert.Equal(1, snapshot.Rolls);
        Assert.True(held > 0);
        Assert.Equal(0, snapshot.SpoolBytes);
    }

    private static MeterListener Listen(string bucket, Dictionary<string, double> sums)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "OssLogSinks" && instrument.Meter.Tags!.Any(t => Equals(t.Value, bucket)))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();
        return listener;

        void Add(string name, double value)
        {
            lock (sums)
                sums[name] = sums.GetValueOrDefault(name) + value;
        }
    }
}
