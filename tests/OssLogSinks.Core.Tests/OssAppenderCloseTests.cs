using System.Buffers;
using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

/// <summary>What a close waits for, and what it tells.</summary>
public class OssAppenderCloseTests
{
    private readonly MemoryOss _oss = new();

    [Fact]
    public async Task CloseWithAServiceThatHangs_EndsInTimeAndTellsWhatWasLost()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.Listener = outcomes;
        _oss.Always = _ => new TaskCompletionSource<AppendObjectResult>().Task;
        var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n", state: "a"));
        appender.TryAppend(Record("b\n", state: "b"));

        Assert.False(await appender.CloseAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        Assert.Equal(["a", "b"], outcomes.Dropped.Select(l => l.State));
        Assert.All(outcomes.Dropped, l => Assert.Equal(DropReason.CloseTimeOver, l.Failure.Reason));
        Assert.All(outcomes.Dropped, l => Assert.True(l.Failure.MayBeDelivered));
        Assert.False(appender.TryAppend(Record("late\n", state: "late")));
        Assert.Equal(DropReason.Closed, outcomes.Dropped[^1].Failure.Reason);
    }

    [Fact]
    public async Task ListenerThatHangs_HidesNoEventFromTheClose()
    {
        using var hangs = new ManualResetEventSlim();
        var listener = new HangingListener(hangs);
        var options = Options(_oss);
        options.ObjectKey = "{Tenant}.log";
        options.Listener = listener;
        _oss.Always = request => request.Key == "b.log" ? new TaskCompletionSource<AppendObjectResult>().Task : Task.FromResult(_oss.Apply(request));
        var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n", values: "a", state: "a"));
        appender.TryAppend(Record("b\n", values: "b", state: "b"));
        _ = appender.FlushAsync(TestContext.Current.CancellationToken);
        await listener.Entered.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.False(await appender.CloseAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        var end = appender.GetSnapshot();
        Assert.Equal((2, 1, 1), (end.Accepted, end.Delivered, end.Dropped[DropReason.CloseTimeOver]));
        hangs.Set();
    }

    [Fact]
    public async Task CloseWhileAPauseIsBeingChosen_DoesNotWaitForThatPause()
    {
        Task<bool>? closed = null;
        OssAppender? appender = null;
        var options = Options(_oss);
        options.RefusalRetryDelay = TimeSpan.FromDays(1);
        options.Random = () =>
        {
            closed ??= appender!.CloseAsync(TimeSpan.FromSeconds(10));
            return 0.9;
        };
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        appender = new OssAppender(options);
        appender.TryAppend(Record("a\n"));

        await appender.FlushOrFailAsync();

        Assert.True(await closed!);
        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task CloseWithAHangingClient_EndsInTimeAndLeavesItsBodyAlone()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.Listener = outcomes;
        var sent = new TaskCompletionSource<ReadOnlySequence<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _oss.HeedsCancellation = false;
        _oss.Always = request =>
        {
            sent.TrySetResult(request.Body);
            return new TaskCompletionSource<AppendObjectResult>().Task;
        };
        var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n", state: "a"));
        var waiting = appender.FlushAsync(TestContext.Current.CancellationToken);
        var body = await sent.Task.InTime();

        Assert.False(await appender.CloseAsync(TimeSpan.Zero).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        Assert.False(await waiting);
        Assert.True(Assert.Single(outcomes.Dropped).Failure.MayBeDelivered);
        Assert.Equal("a\n", System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    [Fact]
    public async Task CloseTimeOver_OnlyTheAppendUnderWayMayBeDelivered()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.Listener = outcomes;
        var sent = new TaskCompletionSource();
        _oss.Always = _ =>
        {
            sent.TrySetResult();
            return new TaskCompletionSource<AppendObjectResult>().Task;
        };
        var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n", state: "sent"));
        _ = appender.FlushAsync(TestContext.Current.CancellationToken);
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        appender.TryAppend(Record("b\n", state: "waiting"));

        Assert.False(await appender.CloseAsync(TimeSpan.Zero));

        Assert.Equal([("sent", true), ("waiting", false)], outcomes.Dropped.Select(l => ((string)l.State, l.Failure.MayBeDelivered)));
    }

    [Fact]
    public async Task CloseWithAnImpossibleTime_IsRefusedAndNothingIsClosed()
    {
        await using var appender = new OssAppender(Options(_oss));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => appender.CloseAsync(TimeSpan.FromSeconds(-5)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => appender.CloseAsync(TimeSpan.MaxValue));

        Assert.True(appender.TryAppend(Record("a\n")));
        Assert.True(await appender.CloseAsync(Timeout.InfiniteTimeSpan));
        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task CloseAfterEarlierLosses_DoesNotSayThatEverythingIsStored()
    {
        var options = Options(_oss);
        options.ObjectSizeLimitBytes = 1;
        options.RollOnObjectSizeLimit = false;
        await using var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n"));
        appender.TryAppend(Record("lost\n"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.False(await appender.CloseAsync(TimeSpan.FromSeconds(10)));
    }

    private sealed class HangingListener(ManualResetEventSlim end) : IDeliveryListener
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public void OnDelivered(IReadOnlyList<object> states)
        {
            _entered.TrySetResult();
            end.Wait();
        }

        public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
        {
        }
    }
}
