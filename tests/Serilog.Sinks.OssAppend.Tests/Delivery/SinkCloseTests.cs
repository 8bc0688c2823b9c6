using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Telemetry;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

public class SinkCloseTests
{
    [Fact]
    public void Close_StoresWhatWaits_WithoutWaitingForThePeriod()
    {
        var bucket = new MemoryOss();
        var options = Some.Options(bucket);
        options.AppendInterval = TimeSpan.FromHours(1);
        using (var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger())
            logger.Information("Last words");

        Assert.Equal("Last words\n", bucket.AllText);
    }

    [Fact]
    public async Task HangingClient_EndsTheCloseInTimeAndAllIsCounted()
    {
        var bucket = new MemoryOss();
        bucket.Hold();
        var time = new FakeTimeProvider();
        var options = SmallMemory(bucket, time);
        var listener = new RecordingListener();
        var logger = new LoggerConfiguration().WriteTo.Fallible(w => w.OssAppend(options), listener).CreateLogger();
        for (var i = 0; i < 3000; i++)
            logger.Information("{I} is a number among many numbers", i);

        var closing = logger.DisposeAsync().AsTask();
        time.Advance(options.CloseTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(closing.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await closing.InTime();

        var snapshot = options.Monitor!.GetSnapshot();
        Assert.Equal(0, snapshot.Delivered);
        Assert.Equal(3000, snapshot.Dropped[DropReason.CloseTimeOver]);
        Assert.Equal(3000, snapshot.DroppedTotal);
        Assert.Equal(0, options.Monitor.QueueLength);
        Assert.Equal(Enumerable.Range(0, 3000), listener.Events.Select(e => int.Parse(e.Properties["I"].ToString(), null)).Order());
        Assert.All(listener.All, told => Assert.Equal(Core.LoggingFailureKind.Final, told.Kind));
    }

    [Fact]
    public async Task ClientThatDoesNotHeedCancellation_DoesNotHoldTheCloseEither()
    {
        var bucket = new MemoryOss { HeedsCancellation = false };
        bucket.Hold();
        var time = new FakeTimeProvider();
        var logger = new LoggerConfiguration().WriteTo.OssAppend(SmallMemory(bucket, time)).CreateLogger();
        for (var i = 0; i < 1000; i++)
            logger.Information("{I} is a number among many numbers", i);

        await time.RunUntilEnd(logger.DisposeAsync().AsTask()).InTime();
        bucket.Release();
    }

    [Fact]
    public async Task HangingFormatter_EndsTheCloseInTimeAndAllIsCounted()
    {
        var time = new FakeTimeProvider();
        var options = SmallMemory(new MemoryOss(), time);
        var formatter = new GatedFormatter();
        formatter.Close();
        options.Formatter = formatter;
        var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        for (var i = 0; i < 100; i++)
            logger.Information("{I}", i);
        await formatter.Entered.Task.InTime();

        await time.RunUntilEnd(logger.DisposeAsync().AsTask()).InTime();

        Assert.Equal(100, options.Monitor!.GetSnapshot().Dropped[DropReason.CloseTimeOver]);
        formatter.Open();
    }

    [Fact]
    public async Task SecondClose_ChangesNothing_AndEventsAfterItAreCounted()
    {
        var bucket = new MemoryOss();
        var options = Some.Options(bucket);
        var listener = new RecordingListener();
        var logger = new LoggerConfiguration().WriteTo.Fallible(w => w.OssAppend(options), listener).CreateLogger();
        logger.Information("Before");

        await logger.DisposeAsync();
        logger.Information("After");
        await logger.DisposeAsync();
        logger.Dispose();

        Assert.Equal("Before\n", bucket.AllText);
        Assert.Equal(1, options.Monitor!.GetSnapshot().Dropped[DropReason.Closed]);
        Assert.Equal("After", Assert.Single(listener.Events).MessageTemplate.Text);
    }

    [Fact]
    public async Task CloseWhileManyLog_LosesNothingUncounted()
    {
        var bucket = new MemoryOss();
        var options = Some.Options(bucket);
        options.QueueLimit = 80_000;
        var logger = new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger();
        var logging = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
                logger.Information("x");
        })).ToArray();

        await bucket.WhenAppended();
        await logger.DisposeAsync();
        await Task.WhenAll(logging).InTime();

        var snapshot = options.Monitor!.GetSnapshot();
        Assert.Equal(80_000, snapshot.Delivered + snapshot.DroppedTotal);
        Assert.Equal(snapshot.Delivered, bucket.Lines.Length);
        Assert.Equal(snapshot.DroppedTotal, snapshot.Dropped.GetValueOrDefault(DropReason.Closed));
    }

    [Fact]
    public async Task ClosedLogger_IsNotKeptForTheEndOfTheProcess()
    {
        var reference = OpenAndClose();

        await Wait.UntilAsync(() =>
        {
            GC.Collect();
            return !reference.TryGetTarget(out _);
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<MemoryOss> OpenAndClose()
    {
        var bucket = new MemoryOss();
        using (var logger = new LoggerConfiguration().WriteTo.OssAppend(Some.Options(bucket)).CreateLogger())
            logger.Information("x");

        Assert.Equal("x\n", bucket.AllText);
        return new WeakReference<MemoryOss>(bucket);
    }

    // So little memory that most events are still in the queue when OSS does not answer.
    private static OssAppendSinkOptions SmallMemory(MemoryOss bucket, TimeProvider time)
    {
        var options = Some.Options(bucket);
        options.TimeProvider = time;
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 8192;
        return options;
    }
}
