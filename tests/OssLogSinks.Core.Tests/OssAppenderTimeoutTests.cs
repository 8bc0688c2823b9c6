using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

/// <summary>A thread that waits for space in the memory.</summary>
public class OssAppenderTimeoutTests
{
    private readonly MemoryOss _oss = new();
    private readonly OutcomeRecorder _outcomes = new();
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Space_EndsTheWait()
    {
        await using var appender = Filled(TimeProvider.System, out var accepted);
        var waiting = Begin(() => appender.Append(Record("last\n", state: "last"), Timeout.InfiniteTimeSpan));

        _answer.SetResult();

        Assert.True(await waiting);
        await appender.FlushOrFailAsync();
        Assert.EndsWith("\nlast\n", _oss.Text("app.log"), StringComparison.Ordinal);
        Assert.Equal(accepted + 1, appender.GetSnapshot().Delivered);
    }

    [Fact]
    public async Task TimeThatIsOver_GivesTheRecordUp_CountedAndTold()
    {
        var time = new FakeTimeProvider();
        await using var appender = Filled(time, out _);
        var waiting = Begin(() => appender.Append(Record("last\n", state: "last"), TimeSpan.FromSeconds(5)));
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(await waiting);
        Assert.Equal(DropReason.BufferFull, Assert.Single(_outcomes.Dropped).Failure.Reason);
        Assert.Equal("last", _outcomes.Dropped[0].State);
        Assert.Equal(2, appender.GetSnapshot().Dropped[DropReason.BufferFull]);
        _answer.SetResult();
    }

    [Fact]
    public async Task ZeroTimeout_IsNoWait()
    {
        await using var appender = Filled(TimeProvider.System, out _);

        Assert.False(appender.Append(Record("last\n", state: "last"), TimeSpan.Zero));
        _answer.SetResult();
    }

    [Fact]
    public async Task Close_EndsTheWait()
    {
        var appender = Filled(TimeProvider.System, out _);
        var waiting = Begin(() => appender.Append(Record("last\n", state: "last"), Timeout.InfiniteTimeSpan));

        var closing = appender.CloseAsync(TimeSpan.Zero);

        Assert.False(await waiting);
        await closing;
        Assert.Equal(DropReason.Closed, _outcomes.Dropped.Single(lost => Equals(lost.State, "last")).Failure.Reason);
    }

    private static Task<bool> Begin(Func<bool> append) =>
        Task.Factory.StartNew(append, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // An appender whose memory is full, as one record has found out, and whose first append is not answered yet.
    private OssAppender Filled(TimeProvider time, out int accepted)
    {
        _oss.Always = async request =>
        {
            await _answer.Task;
            return _oss.Apply(request);
        };
        var options = Options(_oss);
        options.TimeProvider = time;
        options.Listener = _outcomes;
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 16 << 10;
        var appender = new OssAppender(options);
        for (accepted = 0; appender.GetSnapshot().DroppedTotal == 0; accepted++)
            appender.TryAppend(Record(new string('x', 499) + "\n"));

        accepted--;
        return appender;
    }
}
