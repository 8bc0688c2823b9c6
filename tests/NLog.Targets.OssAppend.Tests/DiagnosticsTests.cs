using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using NLog.Common;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

[Collection(InternalLogCollection.Name)]
public class DiagnosticsTests
{
    [Fact]
    public async Task Drops_AreInTheInternalLogByTargetNameWithoutText()
    {
        // NLog has one internal log for the whole process: other tests may write to it too.
        var text = new StringWriter();
        var (writer, level) = (InternalLogger.LogWriter, InternalLogger.LogLevel);
        (InternalLogger.LogWriter, InternalLogger.LogLevel) = (TextWriter.Synchronized(text), LogLevel.Warn);
        try
        {
            using var running = RunningTarget.Start(t =>
            {
                t.Name = "reporting-{0}-target";
                t.EventSizeLimitBytes = 100;
            });
            running.Logger.Info("confidential {0}".PadRight(200, '!'));
            await running.FlushAsync();
        }
        finally
        {
            (InternalLogger.LogWriter, InternalLogger.LogLevel) = (writer, level);
        }

        var line = Assert.Single(text.ToString().Split('\n'), l => l.Contains("reporting-{0}-target", StringComparison.Ordinal));
        Assert.Contains("OssAppendTarget(Name=reporting-{0}-target): 1 event(s) were dropped (TooLarge)", line, StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measurements_HaveTheTargetsName_AndTellHowFullItsQueueIs()
    {
        var name = "target-" + Guid.NewGuid().ToString("N");
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags.ToArray().Any(tag => tag.Key == "oss.sink.name" && Equals(tag.Value, name)))
                seen[instrument.Name] = value;
        });
        listener.Start();
        using var running = RunningTarget.Start(t =>
        {
            t.Name = name;
            t.QueueLimit = 17;
        });

        running.Logger.Info("x");
        await running.FlushAsync();
        listener.RecordObservableInstruments();

        Assert.Equal(name, running.Target.GetSnapshot().Name);
        Assert.Equal(0, seen["osslogsinks.queue.size"]);
        Assert.Equal(17, seen["osslogsinks.queue.capacity"]);
        Assert.Equal(1, seen["osslogsinks.records.delivered"]);
    }

    [Fact]
    public async Task EndOfTrouble_IsSeenByWhoeverSawTheTrouble()
    {
        var text = new StringWriter();
        var (writer, level) = (InternalLogger.LogWriter, InternalLogger.LogLevel);
        (InternalLogger.LogWriter, InternalLogger.LogLevel) = (TextWriter.Synchronized(text), LogLevel.Warn);
        try
        {
            using var running = RunningTarget.Start(target =>
            {
                target.Name = "mended-target";
                target.RetryDelayMilliseconds = 1;
            });
            var failures = 3;
            running.Oss.BeforeEach(_ => Interlocked.Decrement(ref failures) >= 0 ? Task.FromException(MemoryOss.Unavailable()) : Task.CompletedTask);
            running.Logger.Info("late");
            Assert.Null(await running.FlushAsync());
        }
        finally
        {
            (InternalLogger.LogWriter, InternalLogger.LogLevel) = (writer, level);
        }

        var lines = text.ToString().Split('\n').Where(line => line.Contains("mended-target", StringComparison.Ordinal)).ToList();
        Assert.Contains("Appending to OSS does not work: ", lines[0], StringComparison.Ordinal);
        Assert.Contains("Appending to OSS works again.", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void BracesInAReport_AreNoFormat()
    {
        var diagnostics = new InternalLoggerDiagnostics(new OssAppendTarget { Name = "oss" });

        diagnostics.Report(new OssDiagnosticEvent(OssDiagnosticLevel.Error, "{0} {1} {oops", "anchor"));
        diagnostics.Report(new OssDiagnosticEvent(OssDiagnosticLevel.Information, "}", "anchor"));
    }

    [Fact]
    public void TargetThatCannotStart_SaysSoInItsSnapshot()
    {
        using var factory = new LogFactory { ThrowConfigExceptions = false };
        var target = RunningTarget.NewTarget(new MemoryOss());
        target.ObjectKey = "a/{Never closed";
        factory.Setup().LoadConfiguration(c => c.ForLogger().WriteTo(target));
        factory.GetLogger("any").Info("taken by nobody");

        var snapshot = target.GetSnapshot();
        Assert.Equal("The target could not start and accepts no events: its settings are invalid.", snapshot.LastFailure?.Message);
        Assert.Equal(snapshot.LastFailure?.Time, snapshot.TroubleSince);
        Assert.Contains("internal log", snapshot.LastFailure?.Advice, StringComparison.Ordinal);
    }
}
