using OssLogSinks.Core.Telemetry;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

public class BackpressureTests
{
    private readonly MemoryOss _bucket = new();

    [Fact]
    public async Task Outage_DoesNotStopTheApplication_AndAllArrivesAfterIt()
    {
        _bucket.Hold();
        var options = Some.Options(_bucket);
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            for (var i = 0; i < 50_000; i++)
                logger.Information("{I}", i);

            Assert.Equal(0, options.Monitor!.GetSnapshot().Delivered);
            _bucket.Release();
        }

        Assert.Equal(Enumerable.Range(0, 50_000), _bucket.Lines.Select(line => int.Parse(line, null)));
    }

    [Fact]
    public async Task FullQueue_DropsTheNewest_CountsAndTellsThem()
    {
        var formatter = new GatedFormatter();
        formatter.Close();
        var options = Some.Options(_bucket);
        options.Formatter = formatter;
        options.QueueLimit = 10;
        var listener = new RecordingListener();
        await using (var logger = new LoggerConfiguration().WriteTo.Fallible(w => w.OssAppend(options), listener).CreateLogger())
        {
            for (var i = 0; i < 25; i++)
                logger.Information("{I}", i);

            Assert.Equal(10, options.Monitor!.QueueLength);
            Assert.Equal(15, options.Monitor.GetSnapshot().Dropped[DropReason.QueueFull]);
            formatter.Open();
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"half a line {i}"), _bucket.Lines);
        Assert.Equal(Enumerable.Range(10, 15).Select(i => $"{i}"), listener.Events.Select(e => e.RenderMessage(null)));
        Assert.All(listener.All, told => Assert.Equal(Core.LoggingFailureKind.Permanent, told.Kind));
    }

    [Fact]
    public async Task BlockWhenFull_DoesNotWaitForOss_BeforeTheQueueIsFull()
    {
        _bucket.Hold();
        var options = Some.Options(_bucket);
        options.BlockWhenFull = true;
        options.BlockTimeout = Timeout.InfiniteTimeSpan;
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 8192;
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            for (var i = 0; i < 20_000; i++)
                logger.Information("{I}", i);

            Assert.Equal(0, options.Monitor!.GetSnapshot().Delivered);
            _bucket.Release();
        }

        Assert.Equal(Enumerable.Range(0, 20_000), _bucket.Lines.Select(line => int.Parse(line, null)));
    }

    [Fact]
    public async Task BlockWhenFull_LosesNothing_HoweverSmallTheQueue()
    {
        var options = Some.Options(_bucket);
        options.QueueLimit = 5;
        options.BlockWhenFull = true;
        options.BlockTimeout = Timeout.InfiniteTimeSpan;
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 8192;
        await using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
        {
            for (var i = 0; i < 500; i++)
                logger.Information("{I}", i);
        }

        Assert.Equal(Enumerable.Range(0, 500), _bucket.Lines.Select(line => int.Parse(line, null)));
    }

    [Fact]
    public async Task Flush_EndsWhenAllThatWasLoggedBeforeIsStored()
    {
        var options = Some.Options(_bucket);
        options.AppendInterval = TimeSpan.FromHours(1);
        await using var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        for (var round = 1; round <= 3; round++)
        {
            for (var i = 0; i < 1500; i++)
                logger.Information("x");

            Assert.True(await options.Monitor!.FlushAsync(TestContext.Current.CancellationToken).InTime());
            Assert.Equal(1500 * round, _bucket.Lines.Length);
            Assert.Equal(1500 * round, options.Monitor.GetSnapshot().Delivered);
        }
    }

    [Fact]
    public async Task WaitingForSpaceAgainAndAgain_KeepsTheQueuesAccounts()
    {
        var options = Some.Options(_bucket);
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 8192;
        await using var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        for (var i = 0; i < 50_000; i++)
            logger.Information("{I}", i);

        Assert.True(await options.Monitor!.FlushAsync(TestContext.Current.CancellationToken).InTime());
        Assert.Equal(0, options.Monitor.QueueLength);
        Assert.Equal(50_000, _bucket.Lines.Length);
    }

    [Fact]
    public async Task MonitorWithoutSink_KnowsNothing()
    {
        var monitor = new OssAppendMonitor();

        Assert.Equal(0, monitor.GetSnapshot().Accepted);
        Assert.Equal(0, monitor.QueueLength);
        Assert.True(await monitor.FlushAsync(TestContext.Current.CancellationToken));
    }
}
