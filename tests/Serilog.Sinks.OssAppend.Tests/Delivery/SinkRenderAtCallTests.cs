using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Telemetry;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

public class SinkRenderAtCallTests
{
    private readonly MemoryOss _bucket = new();
    private readonly RecordingListener _listener = new();

    [Fact]
    public async Task ManyThreads_KeepEachItsOrder_AndLoseNothing()
    {
        var options = Options();
        await using (var logger = Logger(options))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
            {
                for (var i = 0; i < 2000; i++)
                    logger.Information("{Thread} {I}", thread, i);
            })));
        }

        var lines = _bucket.Lines.Select(line => line.Split(' ')).ToLookup(parts => parts[0], parts => int.Parse(parts[1], null));
        Assert.Equal(8, lines.Count);
        Assert.All(lines, thread => Assert.Equal(Enumerable.Range(0, 2000), thread));
        Assert.Empty(_listener.All);
    }

    [Fact]
    public async Task Event_IsTextWhenTheCallReturns()
    {
        var mutable = new Mutable { Text = "as it was" };
        await using (var logger = Logger(Options()))
        {
            logger.Write(Some.Event("{A}", LogEventLevel.Error, new LogEventProperty("A", new ScalarValue(mutable))));
            mutable.Text = "as it became";
        }

        Assert.Equal("\"as it was\"\n", _bucket.AllText);
    }

    [Fact]
    public async Task FullMemory_DropsTheNewest_CountsAndTellsThem()
    {
        _bucket.Hold();
        var options = SmallMemory(Options());
        await using (var logger = Logger(options))
        {
            for (var i = 0; i < 1000; i++)
                logger.Information("{I}", i);

            var lost = (int)options.Monitor!.GetSnapshot().Dropped[DropReason.BufferFull];
            Assert.InRange(lost, 1, 999);
            Assert.Equal(Enumerable.Range(1000 - lost, lost), _listener.Events.Select(e => int.Parse(e.Properties["I"].ToString(), null)));
            _bucket.Release();
        }

        Assert.Equal(1000 - _listener.Events.Count, _bucket.Lines.Length);
        Assert.All(_listener.All, told => Assert.Equal(LoggingFailureKind.Permanent, told.Kind));
    }

    [Fact]
    public async Task BlockWhenFull_WaitsForSpace_AndLosesNothing()
    {
        var options = SmallMemory(Options());
        options.BlockWhenFull = true;
        options.BlockTimeout = Timeout.InfiniteTimeSpan;
        await using (var logger = Logger(options))
        {
            for (var i = 0; i < 5000; i++)
                logger.Information("{I}", i);
        }

        Assert.Equal(Enumerable.Range(0, 5000), _bucket.Lines.Select(line => int.Parse(line, null)));
    }

    [Fact]
    public async Task BlockWhenFull_GivesUpAfterItsTime()
    {
        _bucket.Hold();
        var time = new FakeTimeProvider();
        var options = SmallMemory(Options());
        options.TimeProvider = time;
        options.BlockWhenFull = true;
        options.BlockTimeout = TimeSpan.FromSeconds(7);
        var logger = Logger(options);
        var logging = Task.Run(() =>
        {
            for (var i = 0; _listener.Events.Count == 0; i++)
                logger.Information("{I}", i);
        }, TestContext.Current.CancellationToken);

        await time.RunUntilEnd(logging).InTime();
        Assert.Equal(1, options.Monitor!.GetSnapshot().Dropped[DropReason.BufferFull]);

        _bucket.Release();
        await logger.DisposeAsync().AsTask().InTime();
        Assert.Equal(Enumerable.Range(0, _bucket.Lines.Length), _bucket.Lines.Select(line => int.Parse(line, null)));
    }

    [Fact]
    public async Task Close_SendsThoseAwayThatWaitForSpace()
    {
        _bucket.Hold();
        var time = new FakeTimeProvider();
        var options = SmallMemory(Options());
        options.TimeProvider = time;
        options.BlockWhenFull = true;
        options.BlockTimeout = Timeout.InfiniteTimeSpan;
        var logger = Logger(options);
        var logged = 0;
        var logging = Task.Run(() =>
        {
            while (_listener.Events.Count == 0)
            {
                logger.Information("x");
                logged++;
            }
        }, TestContext.Current.CancellationToken);
        await _bucket.WhenAppended();

        var closing = logger.DisposeAsync().AsTask();
        await logging.InTime();
        time.Advance(options.CloseTimeout);
        await closing.InTime();

        var snapshot = options.Monitor!.GetSnapshot();
        Assert.Equal(logged, snapshot.DroppedTotal);
        Assert.InRange(snapshot.Dropped[DropReason.Closed], 1, 2);
    }

    [Fact]
    public async Task FormatterThatFails_LosesItsEventOnly_AndNeverTheApplication()
    {
        var options = Options();
        options.Formatter = new GatedFormatter();
        await using (var logger = Logger(options))
        {
            logger.Information("Good");
            logger.Information("{Bad}", 1);
            logger.Information("Good again");
        }

        Assert.Equal(["half a line Good", "half a line Good again"], _bucket.Lines);
        Assert.Equal(1, options.Monitor!.GetSnapshot().Dropped[DropReason.FormatError]);
        Assert.True(Assert.Single(_listener.Events).Properties.ContainsKey("Bad"));
    }

    [Fact]
    public async Task ValueThatLogsWhileItIsRendered_HasItsOwnRecord()
    {
        await using (var logger = Logger(Options()))
            logger.Write(Some.Event("outer {A}", LogEventLevel.Error, new LogEventProperty("A", new ScalarValue(new Talkative(logger)))));

        Assert.Equal(["inner", "outer \"talkative\""], _bucket.Lines);
    }

    [Fact]
    public async Task Flush_EndsWhenAllThatWasLoggedBeforeIsStored()
    {
        var options = Options();
        options.AppendInterval = TimeSpan.FromHours(1);
        await using var logger = Logger(options);
        for (var i = 0; i < 1500; i++)
            logger.Information("x");

        Assert.Equal(0, options.Monitor!.QueueLength);
        Assert.True(await options.Monitor.FlushAsync(TestContext.Current.CancellationToken).InTime());
        Assert.Equal(1500, _bucket.Lines.Length);
    }

    [Fact]
    public async Task EventsAfterTheClose_AreCountedAndTold()
    {
        var options = Options();
        var logger = Logger(options);
        await logger.DisposeAsync();
        logger.Information("After");

        Assert.Equal(1, options.Monitor!.GetSnapshot().Dropped[DropReason.Closed]);
        Assert.Equal(LoggingFailureKind.Final, Assert.Single(_listener.All).Kind);
    }

    [Fact]
    public async Task PlacesInTheKey_AreFilledFromTheEvent()
    {
        var options = Options();
        options.ObjectKey = "{Level}/{Tenant}.log";
        await using (var logger = Logger(options))
        {
            logger.Write(Some.Event("x", LogEventLevel.Error, new LogEventProperty("Tenant", new ScalarValue("a/b"))));
            logger.Write(Some.Event("y", LogEventLevel.Fatal));
        }

        Assert.Equal(["Error/a%2Fb.log", "Fatal/_.log"], _bucket.Keys);
    }

    [Fact]
    public async Task EventLargerThanItMayBe_IsCountedAndTold()
    {
        var options = Options();
        options.EventSizeLimitBytes = 100;
        await using (var logger = Logger(options))
        {
            logger.Information(new string('x', 200_000));
            logger.Information("small");
        }

        Assert.Equal("small\n", _bucket.AllText);
        Assert.Equal(1, options.Monitor!.GetSnapshot().Dropped[DropReason.TooLarge]);
        Assert.Single(_listener.Events);
    }

    private OssAppendSinkOptions Options()
    {
        var options = Some.Options(_bucket);
        options.RenderAtCall = true;
        return options;
    }

    private static OssAppendSinkOptions SmallMemory(OssAppendSinkOptions options)
    {
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 16384;
        return options;
    }

    private Logger Logger(OssAppendSinkOptions options) =>
        new LoggerConfiguration().WriteTo.Fallible(w => w.OssAppend(options), _listener).CreateLogger();

    private sealed class Mutable
    {
        public string Text { get; set; } = "";

        public override string ToString() => Text;
    }

    private sealed class Talkative(Logger logger)
    {
        public override string ToString()
        {
            logger.Information("inner");
            return "talkative";
        }
    }
}
