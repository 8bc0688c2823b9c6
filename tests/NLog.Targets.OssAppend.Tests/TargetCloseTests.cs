using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class TargetCloseTests
{
    [Fact]
    public void Shutdown_DeliversWhatWaits()
    {
        using var running = RunningTarget.Start();

        for (var i = 0; i < 1000; i++)
            running.Logger.Info("x");
        running.Factory.Shutdown();

        Assert.Equal(1000, running.Oss.Lines.Length);
        Assert.Equal(1000, running.Target.GetSnapshot().Delivered);
    }

    [Fact]
    public void CloseWithoutFlush_DeliversWhatWaits()
    {
        using var running = RunningTarget.Start();
        var outcomes = new Outcomes();

        for (var i = 0; i < 1000; i++)
            outcomes.Write(running.Target, "x");
        running.Close();

        Assert.Equal(1000, running.Oss.Lines.Length);
        Assert.Equal(Enumerable.Range(1, 1000), outcomes.Delivered);
    }

    [Fact]
    public async Task LayoutThatHangs_TheCloseTellsOfEverythingBehindIt()
    {
        var time = new ObservedTime();
        using var hung = new ManualResetEventSlim();
        using var running = RunningTarget.Start(
            t =>
            {
                t.CloseTimeoutSeconds = 5;
                t.BatchSize = 10;
                t.Layout = Layout.FromMethod(
                    e =>
                    {
                        if (e.Message == "hang")
                            hung.Wait();
                        return e.Message;
                    },
                    LayoutRenderOptions.ThreadAgnostic);
            },
            time);
        var outcomes = new Outcomes();
        outcomes.Write(running.Target, "before");
        Assert.Null(await running.FlushAsync());
        outcomes.Write(running.Target, "hang");
        for (var i = 0; i < 98; i++)
            outcomes.Write(running.Target, "x");
        var flush = running.FlushAsync();

        var close = running.CloseInBackground();
        await time.WhenTimerIsSetAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(5));
        await time.WhenTimerIsSetAsync(TimeSpan.FromSeconds(0.5));
        time.Advance(TimeSpan.FromSeconds(0.5));
        await close.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.NotNull(await flush);
        hung.Set();

        Assert.Equal([1], outcomes.Delivered);
        Assert.Equal(Enumerable.Range(2, 99), outcomes.Dropped);
        Assert.Equal(99, running.Target.GetSnapshot().Dropped[DropReason.CloseTimeOver]);
        Assert.Equal(["before"], running.Oss.Lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientThatHangs_HoldsTheCloseUpForTheTimeoutOnly(bool obeysCancellation)
    {
        var time = new ObservedTime();
        using var running = RunningTarget.Start(t => t.CloseTimeoutSeconds = 10, time);
        running.Oss.HeedsCancellation = obeysCancellation;
        running.Oss.BeforeEach(MemoryOss.Never);
        var outcomes = new Outcomes();
        outcomes.Write(running.Target, "x");
        _ = running.FlushAsync();
        await running.Oss.WhenAppended();

        // The core waits for 10 seconds, and then gives up what a client holds that does not stop when it is told to.
        var close = running.CloseInBackground();
        await time.WhenTimerIsSetAsync(TimeSpan.FromSeconds(12));
        Assert.False(close.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));

        await close;
        var failure = Assert.IsType<OssDeliveryException>(outcomes.Calls.Single().Failure);
        Assert.Equal(DropReason.CloseTimeOver, failure.Reason);
        Assert.True(failure.MayBeDelivered);
    }

    [Fact]
    public async Task CloseWhileMemoryIsFull_GivesUpWhatFoundNoSpace_OneByOne()
    {
        var time = new ObservedTime();
        using var running = RunningTarget.Start(
            t =>
            {
                t.AppendSizeLimitBytes = t.EventSizeLimitBytes = 4096;
                t.MemoryLimitBytes = 16 * 1024;
                t.CloseTimeoutSeconds = 1;
            },
            time);
        running.Oss.BeforeEach(MemoryOss.Never);
        var outcomes = new Outcomes();
        for (var i = 0; i < 100; i++)
            outcomes.Write(running.Target, new string('x', 1000));

        var close = running.CloseInBackground();
        await time.WhenTimerIsSetAsync(TimeSpan.FromSeconds(1));
        Assert.False(close.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await close;
        Assert.Equal(Enumerable.Range(1, 100), outcomes.Dropped.Order());
        Assert.Equal("[CloseTimeOver, 100]", string.Join(' ', running.Target.GetSnapshot().Dropped));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EventRightAfterTheClose_IsStored_AndALaterOneIsToldSo(bool renderAtCall)
    {
        var time = new ObservedTime();
        using var running = RunningTarget.Start(
            t =>
            {
                t.RenderAtCall = renderAtCall;
                t.ObjectKey = "{Thread}.log";
                t.Layout = "${scopeproperty:Thread} ${message}";
            },
            time);
        running.Close();
        var outcomes = new Outcomes();

        using (ScopeContext.PushProperty("Thread", "mine"))
            outcomes.Write(running.Target, "late");
        time.Advance(TimeSpan.FromSeconds(5));
        await Wait.UntilAsync(() => outcomes.Calls.Count == 1);
        outcomes.Write(running.Target, "later");

        Assert.Equal([1], outcomes.Delivered);
        Assert.Equal("mine late\n", running.Oss.Text("mine.log"));
        Assert.Equal(DropReason.Closed, Assert.IsType<OssDeliveryException>(outcomes.Calls[1].Failure).Reason);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.Closed]);
    }

    [Fact]
    public void EventAfterTheClose_WithoutDrainOnExit_IsRefusedAtOnce()
    {
        using var running = RunningTarget.Start(t => t.DrainOnProcessExit = false);
        running.Close();
        var outcomes = new Outcomes();

        outcomes.Write(running.Target, "late");

        Assert.Equal(DropReason.Closed, Assert.IsType<OssDeliveryException>(outcomes.Calls.Single().Failure).Reason);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.Closed]);
    }

    [Fact]
    public void EventOfAReplacedTarget_IsStoredWhenItsSuccessorIsClosed()
    {
        using var running = RunningTarget.Start();
        var replaced = running.Target;
        var next = RunningTarget.NewTarget(running.Oss);
        running.Load(next);
        var outcomes = new Outcomes();

        outcomes.Write(replaced, "to the old one");
        outcomes.Write(next, "to the new one");
        running.Factory.Shutdown();

        Assert.Equal(["to the new one", "to the old one"], running.Oss.Lines.Order());
        Assert.Equal([1, 2], outcomes.Delivered.Order());
    }

    [Fact]
    public void ReloadWithAnotherTarget_KeepsTheEvents()
    {
        using var running = RunningTarget.Start();
        running.Logger.Info("before");

        var next = RunningTarget.NewTarget(running.Oss);
        running.Load(next);
        running.Logger.Info("after");
        running.Factory.Shutdown();

        Assert.Equal(["before", "after"], running.Oss.Lines);
    }

    [Fact]
    public void ReloadWithTheSameTarget_StartsItAgain()
    {
        using var running = RunningTarget.Start();
        running.Logger.Info("before");

        running.Load(running.Target);
        running.Logger.Info("after");
        running.Factory.Shutdown();

        Assert.Equal(["before", "after"], running.Oss.Lines);
        Assert.Equal(1, running.Target.GetSnapshot().Delivered);
    }

    [Fact]
    public async Task EventsLoggedDuringReloads_AreStoredOrTold()
    {
        const int Events = 50_000;
        using var running = RunningTarget.Start(t => t.OverflowAction = AsyncTargetWrapperOverflowAction.Block);
        var outcomes = new Outcomes();

        var written = 0;
        var logging = Task.Run(() =>
        {
            for (var i = 0; i < Events; i++)
            {
                outcomes.Write(running.Target, "x");
                Volatile.Write(ref written, i + 1);
            }
        }, TestContext.Current.CancellationToken);
        for (var i = 1; i <= 5; i++)
        {
            await Wait.UntilAsync(() => Volatile.Read(ref written) > i * 5000);
            running.Load(running.Target);
        }

        await logging;
        running.Close();

        Assert.Equal(Enumerable.Range(1, Events), outcomes.Calls.Select(c => c.Event).Order());
        Assert.Equal(outcomes.Delivered.Length, running.Oss.Lines.Length);
    }

    [Fact]
    public async Task WhatFollowsAFlush_MayFlushAndClose()
    {
        var time = new ObservedTime();
        using var running = RunningTarget.Start(time: time);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        running.Logger.Info("x");
        running.Target.Flush(_ =>
        {
            running.Logger.Info("y");
            running.Factory.Flush(TimeSpan.FromSeconds(30));
            running.Close();
            closed.SetResult();
        });
        await Wait.UntilAsync(() => closed.Task.IsCompleted);

        Assert.Equal(["x", "y"], running.Oss.Lines);
    }

    [Fact]
    public async Task ClosedTarget_IsNotKeptForTheEndOfTheProcess()
    {
        var time = new FakeTimeProvider();
        var reference = OpenAndClose(time);

        await Wait.UntilAsync(() =>
        {
            // For a moment after its close a target still takes events.
            time.Advance(TimeSpan.FromSeconds(1));
            GC.Collect();
            return !reference.TryGetTarget(out _);
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<MemoryOss> OpenAndClose(FakeTimeProvider time)
    {
        using var running = RunningTarget.Start(time: time);
        running.Logger.Info("x");
        running.Factory.Shutdown();
        return new WeakReference<MemoryOss>(running.Oss);
    }
}
