using System.Diagnostics.Metrics;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Telemetry;

public class MeterTests
{
    [Fact]
    public async Task Meter_TellsWhatTheSnapshotTells()
    {
        var oss = new MemoryOss();
        oss.NextAnswerIsLost();
        var options = Options(oss);
        options.Bucket = "meter-" + Guid.NewGuid().ToString("N");
        options.ObjectSizeLimitBytes = 4;
        options.EventSizeLimitBytes = 10;
        var sums = new Dictionary<string, double>();
        using var listener = Listen(options.Bucket, sums);
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("one\n"));
        appender.TryAppend(Record("two\n"));
        appender.TryAppend(Record("much too large\n"));
        listener.RecordObservableInstruments();
        var held = sums["osslogsinks.memory.bytes"];
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
        Assert.Equal(0, snapshot.MemoryBytes);
    }

    [Fact]
    public async Task TwoOfOneProcess_AreToldApart_InEveryMeasurement()
    {
        var bucket = "meter-" + Guid.NewGuid().ToString("N");
        var seen = new List<(string Name, string? Sink, double Value)>();
        using var listener = ListenToAll(bucket, seen);
        await using var orders = Make("orders");
        await using var audit = Make(null);
        await using var second = Make(null);

        orders.TryAppend(Record("one\n"));
        audit.TryAppend(Record("two\nthree\n"));
        listener.RecordObservableInstruments();
        await orders.FlushOrFailAsync();
        await audit.FlushOrFailAsync();

        var key = bucket + ".log";
        Assert.Equal(["orders", key, key + "#2"], new[] { orders, audit, second }.Select(a => a.GetSnapshot().Name));
        Assert.All(seen, measurement => Assert.Contains(measurement.Sink, new[] { "orders", key, key + "#2" }));
        Assert.Equal(3, seen.Count(m => m.Name == "osslogsinks.memory.bytes"));
        Assert.True(Value("osslogsinks.memory.bytes", "orders") > 0);
        Assert.Equal(0, Value("osslogsinks.memory.bytes", key + "#2"));
        Assert.Equal(64 << 20, Value("osslogsinks.memory.capacity", "orders"));
        Assert.Equal(4, Value("osslogsinks.bytes.delivered", "orders"));
        Assert.Equal(10, Value("osslogsinks.bytes.delivered", key));

        double Value(string name, string sink)
        {
            lock (seen)
                return seen.Where(m => m.Name == name && m.Sink == sink).Sum(m => m.Value);
        }

        OssAppender Make(string? name)
        {
            var options = Options(new MemoryOss());
            options.Bucket = bucket;
            options.ObjectKey = bucket + ".log";
            options.Name = name;
            return new OssAppender(options);
        }
    }

    [Fact]
    public async Task NameOfOneThatIsClosed_IsFreeForTheNext()
    {
        var name = "meter-" + Guid.NewGuid().ToString("N");
        for (var i = 0; i < 2; i++)
        {
            var options = Options(new MemoryOss());
            options.Name = name;
            await using var appender = new OssAppender(options);
            Assert.Equal(name, appender.GetSnapshot().Name);
        }
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData(201)]
    public void NameThatNoReportCanHold_IsRefused(object name)
    {
        var options = Options(new MemoryOss());
        options.Name = name as string ?? new string('x', (int)name);

        Assert.Equal("Name", Assert.Single(options.Validate()).Setting);
    }

    [Fact]
    public async Task DurationOfAppends_IsMeasured_WithTheKindOfFailure()
    {
        var oss = new MemoryOss();
        var options = Options(oss);
        options.Bucket = "meter-" + Guid.NewGuid().ToString("N");
        var durations = new List<(double Seconds, object? Error)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Enable(instrument, self, options.Bucket) };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "osslogsinks.append.duration")
            {
                lock (durations)
                    durations.Add((value, tags.ToArray().SingleOrDefault(t => t.Key == "error.type").Value));
            }
        });
        listener.Start();
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("one\n"));
        await appender.FlushOrFailAsync();
        oss.NextAnswerIsLost();
        appender.TryAppend(Record("two\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal(2, durations.Count);
        Assert.Equal(appender.GetSnapshot().Appends, durations.Count);
        Assert.All(durations, duration => Assert.True(duration.Seconds >= 0));
        Assert.Null(durations[0].Error);
        Assert.NotNull(durations[1].Error);
    }

    [Fact]
    public async Task WhatIsHeld_CanBeAddedUp_WithItsCapacity()
    {
        var options = Options(new MemoryOss());
        options.Bucket = "meter-" + Guid.NewGuid().ToString("N");
        options.BufferPath = Directory.CreateTempSubdirectory("meter").FullName;
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Keep(instrument) };
        listener.Start();

        await using (var appender = new OssAppender(options))
            appender.ObserveQueue(() => 7, 50);
        Directory.Delete(options.BufferPath, recursive: true);

        foreach (var name in new[] { "memory.bytes", "memory.capacity", "buffer.bytes", "buffer.capacity", "queue.size", "queue.capacity" })
            Assert.IsType<ObservableUpDownCounter<long>>(Assert.Single(instruments, i => i.Name == "osslogsinks." + name));

        void Keep(Instrument instrument)
        {
            if (instrument.Meter.Tags?.Any(t => Equals(t.Value, options.Bucket)) == true)
                instruments.Add(instrument);
        }
    }

    private static void Enable(Instrument instrument, MeterListener listener, string bucket)
    {
        if (instrument.Meter.Name == "OssLogSinks" && instrument.Meter.Tags!.Any(t => Equals(t.Value, bucket)))
            listener.EnableMeasurementEvents(instrument);
    }

    private static MeterListener ListenToAll(string bucket, List<(string Name, string? Sink, double Value)> seen)
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, self) => Enable(instrument, self, bucket) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var sink = tags.ToArray().SingleOrDefault(t => t.Key == "oss.sink.name").Value as string;
            lock (seen)
                seen.Add((instrument.Name, sink, value));
        }
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
