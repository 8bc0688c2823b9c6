using System.Diagnostics;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class FlushTests
{
    [Fact]
    public async Task FlushOfNothing_Completes()
    {
        using var running = RunningTarget.Start();

        Assert.Null(await running.FlushAsync());
        Assert.Empty(running.Oss.Appends);
    }

    [Fact]
    public async Task Flush_ReturnsAtOnceAndCompletesWhenAllIsStored()
    {
        var mayAppend = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var running = RunningTarget.Start();
        running.Oss.BeforeEach(_ => mayAppend.Task);
        running.Logger.Info("x");

        var first = running.FlushAsync();
        var second = running.FlushAsync();
        await running.Oss.WhenAppended();
        Assert.False(first.IsCompleted || second.IsCompleted);
        mayAppend.SetResult();

        Assert.Null(await first);
        Assert.Null(await second);
        Assert.Equal(["x"], running.Oss.Lines);
    }

    [Fact]
    public async Task ManyFlushesThatWait_TakeNoThreadEach()
    {
        const int Count = 2000;
        var mayAppend = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var running = RunningTarget.Start();
        running.Oss.BeforeEach(_ => mayAppend.Task);
        running.Logger.Info("x");
        using var process = Process.GetCurrentProcess();
        var before = process.Threads.Count;

        var flushes = Enumerable.Range(0, Count).Select(_ => running.FlushAsync()).ToArray();
        process.Refresh();
        Assert.InRange(process.Threads.Count, 1, before + (Count / 4));
        mayAppend.SetResult();

        Assert.All(await Task.WhenAll(flushes), Assert.Null);
    }

    [Fact]
    public async Task FlushOverItsTimeout_FailsAndDeliveryGoesOn()
    {
        var time = new ObservedTime();
        var mayAppend = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var running = RunningTarget.Start(t => t.FlushTimeoutSeconds = 5, time);
        running.Oss.BeforeEach(_ => mayAppend.Task);
        running.Logger.Info("x");

        var flush = running.FlushAsync();
        await running.Oss.WhenAppended();
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(flush.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Contains("flush timed out", Assert.IsType<OssDeliveryException>(await flush).Message, StringComparison.Ordinal);
        var next = running.FlushAsync();
        mayAppend.SetResult();
        Assert.Null(await next);
        Assert.Equal(["x"], running.Oss.Lines);
    }

    [Fact]
    public async Task FlushRightAfterOneThatTimedOut_EndsSoon_AndTheNextDoesNot()
    {
        var time = new ObservedTime();
        var mayAppend = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var running = RunningTarget.Start(t => t.FlushTimeoutSeconds = 5, time);
        running.Oss.BeforeEach(_ => mayAppend.Task);
        running.Logger.Info("x");
        await TimesOutAsync(after: 5);

        // What is logged in between does not change it.
        running.Logger.Info("y");
        await TimesOutAsync(after: 0.5);
        await TimesOutAsync(after: 0.5);
        time.Advance(TimeSpan.FromSeconds(1));

        await TimesOutAsync(after: 5);
        mayAppend.SetResult();

        async Task TimesOutAsync(double after)
        {
            var flush = running.FlushAsync();
            await time.WhenTimerIsSetAgainAsync(TimeSpan.FromSeconds(after));
            time.Advance(TimeSpan.FromSeconds(after) - TimeSpan.FromTicks(1));
            Assert.False(flush.IsCompleted);
            time.Advance(TimeSpan.FromTicks(1));
            Assert.Contains("flush timed out", Assert.IsType<OssDeliveryException>(await flush).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task FlushAfterASuccessSinceTheTimeout_WaitsItsWholeTime()
    {
        var time = new ObservedTime();
        var mayAppend = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayAppendAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var running = RunningTarget.Start(t => (t.FlushTimeoutSeconds, t.ObjectKey) = (5, "{Level}.log"), time);
        running.Oss.BeforeEach(request => request.Key.StartsWith("Info", StringComparison.Ordinal) ? mayAppend.Task : mayAppendAgain.Task);
        running.Logger.Info("a");
        var first = running.FlushAsync();
        await time.WhenTimerIsSetAgainAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(await first);

        mayAppend.SetResult();
        await Wait.UntilAsync(() => running.Target.GetSnapshot().Delivered == 1);
        Assert.Null(await running.FlushAsync());

        running.Logger.Warn("b");
        var second = running.FlushAsync();
        await time.WhenTimerIsSetAgainAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.NotNull(await second);
        mayAppendAgain.SetResult();
    }

    [Fact]
    public async Task FlushAfterALoss_TellsIt_AndTheNextOneDoesNot()
    {
        using var running = RunningTarget.Start(t => t.EventSizeLimitBytes = 100);

        running.Logger.Info(new string('x', 100));
        var first = await running.FlushAsync();
        running.Logger.Info("small");
        var second = await running.FlushAsync();

        Assert.NotNull(first);
        Assert.Null(second);
    }

    [Fact]
    public void FactoryFlush_ReturnsWhenEverythingIsStored()
    {
        using var running = RunningTarget.Start();

        for (var i = 0; i < 100; i++)
            running.Logger.Info("x");
        running.Factory.Flush(TimeSpan.FromSeconds(30));

        Assert.Equal(100, running.Oss.Lines.Length);
    }
}
