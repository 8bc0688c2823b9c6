using Microsoft.Extensions.Time.Testing;
using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class OutcomeTests
{
    [Fact]
    public async Task StoredEvents_AreToldSoOnce_InTheirOrder()
    {
        using var running = RunningTarget.Start();
        var outcomes = new Outcomes();

        for (var i = 0; i < 1000; i++)
            outcomes.Write(running.Target, "x");
        Assert.Null(await running.FlushAsync());

        Assert.Equal(Enumerable.Range(1, 1000), outcomes.Delivered);
        Assert.Empty(outcomes.Dropped);
        Assert.Equal(1000, running.Target.GetSnapshot().Delivered);
    }

    [Fact]
    public async Task NoEventIsToldAnything_BeforeItIsStored()
    {
        var mayAppend = new TaskCompletionSource();
        using var running = RunningTarget.Start();
        running.Oss.BeforeEach(_ => mayAppend.Task);
        var outcomes = new Outcomes();

        outcomes.Write(running.Target, "x");
        var flush = running.FlushAsync();
        await running.Oss.WhenAppended();

        Assert.Empty(outcomes.Calls);
        Assert.False(flush.IsCompleted);
        mayAppend.SetResult();
        Assert.Null(await flush);
        Assert.Equal([1], outcomes.Delivered);
    }

    [Fact]
    public async Task EventThatIsTooLarge_GoesToTheFallback_TheOthersToOss()
    {
        var fallback = new MemoryTarget("fallback") { Layout = "${message}" };
        using var running = RunningTarget.Start(t => t.EventSizeLimitBytes = 100, wrap: t => new FallbackGroupTarget("group", t, fallback));

        running.Logger.Info("small");
        running.Logger.Info(new string('x', 100));
        await running.FlushAsync();

        Assert.Equal(["small"], running.Oss.Lines);
        Assert.Equal([new string('x', 100)], fallback.Logs);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.TooLarge]);
    }

    [Fact]
    public async Task EventsNotStoredBeforeTheClose_AllGoToTheFallback()
    {
        var fallback = new MemoryTarget("fallback") { Layout = "${message}" };
        var time = new FakeTimeProvider();
        using var running = RunningTarget.Start(t => t.CloseTimeoutSeconds = 0, time, t => new FallbackGroupTarget("group", t, fallback));
        running.Logger.Info("stored");
        await running.FlushAsync();
        running.Oss.BeforeEach(_ => Task.FromException(MemoryOss.Unavailable()));

        for (var i = 0; i < 100; i++)
            running.Logger.Info("lost");
        await running.CloseInBackground();

        Assert.Equal(["stored"], running.Oss.Lines);
        Assert.Equal(Enumerable.Repeat("lost", 100), fallback.Logs);
        Assert.Equal(100, running.Target.GetSnapshot().Dropped[DropReason.CloseTimeOver]);
    }

    [Fact]
    public async Task RetryTimeOver_TellsTheServicesError()
    {
        var time = new FakeTimeProvider();
        using var running = RunningTarget.Start(t => t.RetryTimeLimitSeconds = 60, time);
        running.Oss.BeforeEach(_ => Task.FromException(MemoryOss.Unavailable()));
        var outcomes = new Outcomes();

        outcomes.Write(running.Target, "x");
        var flush = running.FlushAsync();
        // The clock is not to run before the first attempt has.
        await Wait.UntilAsync(() => running.Target.GetSnapshot().LastFailure is not null);
        await Wait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return flush.IsCompleted;
        });

        var failure = Assert.IsType<OssDeliveryException>(outcomes.Calls.Single().Failure);
        Assert.Equal(DropReason.RetryTimeOver, failure.Reason);
        Assert.Equal("ServiceUnavailable.", failure.InnerException!.Message);
        Assert.IsType<OssDeliveryException>(await flush);
    }

    [Fact]
    public async Task ContinuationThatThrows_HurtsNobody()
    {
        using var running = RunningTarget.Start();
        var outcomes = new Outcomes();
        var queue = new ContinuationQueue(new InternalLoggerDiagnostics(running.Target).Report);
        var calls = 0;

        queue.OnDelivered([(NLog.Common.AsyncContinuation)(_ => throw new InvalidOperationException("{oops}")), (NLog.Common.AsyncContinuation)(_ => calls++)]);
        await Wait.UntilAsync(() => Volatile.Read(ref calls) == 1);
        outcomes.Write(running.Target, "x");

        Assert.Null(await running.FlushAsync());
        Assert.Equal([1], outcomes.Delivered);
    }

    [Fact]
    public async Task RetryingWrapper_TriesAgainWhatWasLost_AndItIsStoredOnce()
    {
        var retrying = default(RetryingTargetWrapper);
        using var running = RunningTarget.Start(
            t =>
            {
                t.AppendIntervalMilliseconds = 0;
                var configure = t.Configure!;
                t.Configure = options =>
                {
                    configure(options);
                    options.RetryTimeLimit = TimeSpan.FromTicks(1);
                };
            },
            wrap: t => retrying = new RetryingTargetWrapper(t, 3, 0) { Name = "retrying" });
        var refusals = 0;
        running.Oss.BeforeEach(_ => Interlocked.Increment(ref refusals) == 1 ? Task.FromException(MemoryOss.Unavailable()) : Task.CompletedTask);
        var outcomes = new Outcomes();

        outcomes.Write(retrying!, "x");
        await Wait.UntilAsync(() => outcomes.Calls.Count == 1);

        Assert.Equal([1], outcomes.Delivered);
        Assert.Equal(["x"], running.Oss.Lines);
        Assert.Equal(1, running.Target.GetSnapshot().Dropped[DropReason.RetryTimeOver]);
    }

    [Fact]
    public async Task RetryingWrapperDuringTheClose_FailsWithoutDelay()
    {
        var retrying = default(RetryingTargetWrapper);
        var time = new FakeTimeProvider();
        using var running = RunningTarget.Start(t => t.CloseTimeoutSeconds = 0, time, t => retrying = new RetryingTargetWrapper(t, 3, 0) { Name = "retrying" });
        running.Oss.BeforeEach(_ => Task.FromException(MemoryOss.Unavailable()));
        var outcomes = new Outcomes();

        for (var i = 0; i < 10; i++)
            outcomes.Write(retrying!, "x");

        // The close waits a moment, by this clock, for continuations that may need its locks.
        var closing = running.CloseInBackground();
        await Wait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return closing.IsCompleted && outcomes.Calls.Count == 10;
        });
        await closing;

        Assert.Equal(Enumerable.Range(1, 10), outcomes.Dropped.Order());
    }
}
