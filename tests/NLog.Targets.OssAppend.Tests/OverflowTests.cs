using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class OverflowTests
{
    [Fact]
    public async Task Discard_TellsEveryEventThatFoundNoSpace_AtOnce()
    {
        var layout = new HeldLayout();
        var fallback = new MemoryTarget("fallback") { Layout = "${message}" };
        using var running = RunningTarget.Start(
            t =>
            {
                t.Layout = layout;
                t.QueueLimit = 10;
                t.BatchSize = 1;
            },
            wrap: t => new FallbackGroupTarget("group", t, fallback));

        running.Logger.Info("first");
        await layout.Entered;
        for (var i = 0; i < 9; i++)
            running.Logger.Info("waits");
        running.Logger.Info("no space");

        Assert.Equal(["no space"], fallback.Logs);
        layout.Release();
        Assert.Null(await running.FlushAsync());
        Assert.Equal(["first", .. Enumerable.Repeat("waits", 9)], running.Oss.Lines);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.QueueFull]);
    }

    [Fact]
    public async Task Discard_AccountsForEveryEvent()
    {
        using var running = RunningTarget.Start(t => t.QueueLimit = 50);
        var outcomes = new Outcomes();

        Parallel.For(0, 20_000, i => outcomes.Write(running.Target, i.ToString(CultureInfo.InvariantCulture)));
        await running.FlushAsync();

        Assert.Equal(Enumerable.Range(1, 20_000), outcomes.Calls.Select(c => c.Event).Order());
        Assert.Equal(outcomes.Delivered.Length, running.Oss.Lines.Length);
        Assert.Equal(outcomes.Dropped.Length, running.Target.GetSnapshot().DroppedTotal);
    }

    [Theory]
    [InlineData(AsyncTargetWrapperOverflowAction.Grow, false)]
    [InlineData(AsyncTargetWrapperOverflowAction.Discard, true)]
    public async Task RefusedStreamLargerThanMemory_DropsOnlyWhereDiscardIsSet(AsyncTargetWrapperOverflowAction action, bool loses)
    {
        var isRefused = true;
        using var running = RunningTarget.Start(t =>
        {
            t.OverflowAction = action;
            t.MemoryLimitBytes = 4 << 20;
            t.AppendSizeLimitBytes = t.EventSizeLimitBytes = 256 << 10;
            t.RefusalRetryDelaySeconds = 1;
        });
        running.Oss.BeforeEach(_ => isRefused ? Task.FromException(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied")) : Task.CompletedTask);
        for (var i = 0; i < 80; i++)
            running.Logger.Info(new string('x', 100_000));
        if (loses)
            await Wait.UntilAsync(() => running.Target.GetSnapshot().DroppedTotal > 0);
        else
            await running.Oss.WhenAppended(2);

        isRefused = false;
        await running.FlushAsync();
        Assert.Equal(loses, running.Target.GetSnapshot().DroppedTotal > 0);
        Assert.Equal(80 - running.Target.GetSnapshot().DroppedTotal, running.Oss.Lines.Length);
    }

    [Fact]
    public async Task Grow_TakesEverything()
    {
        var layout = new HeldLayout();
        using var running = RunningTarget.Start(t =>
        {
            t.Layout = layout;
            t.QueueLimit = 10;
            t.OverflowAction = AsyncTargetWrapperOverflowAction.Grow;
        });
        var outcomes = new Outcomes();

        for (var i = 0; i < 1000; i++)
            outcomes.Write(running.Target, "x");
        layout.Release();

        Assert.Null(await running.FlushAsync());
        Assert.Equal(1000, outcomes.Delivered.Length);
    }

    [Fact]
    public async Task Block_WaitsForSpace_AndLosesNothing()
    {
        var layout = new HeldLayout();
        using var running = Blocking(layout, TimeProvider.System, timeout: -1);
        var outcomes = new Outcomes();

        var logging = Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
                outcomes.Write(running.Target, "x");
        }, TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => running.Target.BlockedCallers == 1);
        layout.Release();
        await logging;

        Assert.Null(await running.FlushAsync());
        Assert.Equal(100, outcomes.Delivered.Length);
    }

    [Fact]
    public async Task BlockTimeout_EndsTheWait()
    {
        var time = new FakeTimeProvider();
        var layout = new HeldLayout();
        using var running = Blocking(layout, time, timeout: 500);
        var outcomes = new Outcomes();
        outcomes.Write(running.Target, "rendering");
        await layout.Entered;
        for (var i = 0; i < 9; i++)
            outcomes.Write(running.Target, "waits");

        var logging = Task.Run(() => outcomes.Write(running.Target, "no space"), TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => running.Target.BlockedCallers == 1);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Empty(outcomes.Calls);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await logging;

        Assert.Equal([11], outcomes.Dropped);
        layout.Release();
        Assert.Null(await running.FlushAsync());
        Assert.Equal(10, outcomes.Delivered.Length);
    }

    [Fact]
    public async Task Close_LetsBlockedCallersGo()
    {
        var time = new FakeTimeProvider();
        var layout = new HeldLayout();
        using var running = Blocking(layout, time, timeout: -1);
        var outcomes = new Outcomes();
        outcomes.Write(running.Target, "rendering");
        await layout.Entered;
        for (var i = 0; i < 9; i++)
            outcomes.Write(running.Target, "waits");
        var logging = Task.Run(() => outcomes.Write(running.Target, "blocked"), TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => running.Target.BlockedCallers == 1);

        var close = running.CloseInBackground();
        await Wait.UntilAsync(() => running.Target.BlockedCallers == 0);
        layout.Release();
        await Task.WhenAll(close, logging);

        time.Advance(TimeSpan.FromSeconds(5));
        await Wait.UntilAsync(() => outcomes.Calls.Count == 11);
        Assert.Equal(Enumerable.Range(1, 11), outcomes.Delivered);
    }

    private static RunningTarget Blocking(HeldLayout layout, TimeProvider time, int timeout) => RunningTarget.Start(
        t =>
        {
            t.Layout = layout;
            t.QueueLimit = 10;
            t.BatchSize = 1;
            t.OverflowAction = AsyncTargetWrapperOverflowAction.Block;
            t.BlockTimeoutMilliseconds = timeout;
        },
        time);

    /// <summary>A layout that holds up the thread that renders, until it is released.</summary>
    [Config.ThreadAgnostic]
    private sealed class HeldLayout : Layout
    {
        private readonly TaskCompletionSource _released = new();
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public void Release() => _released.TrySetResult();

        protected override string GetFormattedMessage(LogEventInfo logEvent)
        {
            _entered.TrySetResult();
            _released.Task.Wait(TestContext.Current.CancellationToken);
            return logEvent.FormattedMessage;
        }
    }
}
