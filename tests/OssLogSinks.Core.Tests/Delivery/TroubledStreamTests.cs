using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Delivery;

/// <summary>What a stream that cannot be delivered means for the others, and what the end of an outage means for all.</summary>
public class TroubledStreamTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly string Filling = new('x', 1000);

    private readonly MemoryOss _oss = new();
    private readonly DeliveredSignal _delivered = new();

    [Fact]
    public async Task StreamsThatAreRefused_LeaveSpaceForTheOthers()
    {
        await using var appender = BeginRefusing();
        Fill(appender, "refused1");
        Fill(appender, "refused2");

        Assert.True(appender.TryAppend(RecordOf("good", "x")));

        await _delivered.WhenDelivered("good").WaitAsync(Soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task StreamThatTakesAllBeforeItIsRefused_LeavesSpaceForTheOthers()
    {
        var answer = new TaskCompletionSource();
        _oss.Always = async request =>
        {
            if (request.Key == "good.log")
                return _oss.Apply(request);

            await answer.Task;
            throw MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied");
        };
        await using var appender = Begin();
        Fill(appender, "slow");

        Assert.True(appender.TryAppend(RecordOf("good", "x")));

        await _delivered.WhenDelivered("good").WaitAsync(Soon, TestContext.Current.CancellationToken);
        answer.SetResult();
    }

    [Fact]
    public async Task QueueInFront_DoesNotWaitForAStreamThatIsRefused()
    {
        await using var appender = BeginRefusing();
        Fill(appender, "refused");

        var record = RecordOf("refused", Filling);
        var yielding = appender.AppendAsync(record with { YieldsIfRefused = true }, TestContext.Current.CancellationToken).AsTask();
        var waiting = appender.AppendAsync(record, TestContext.Current.CancellationToken).AsTask();

        Assert.False(await yielding.WaitAsync(Soon, TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task OutageThatEnds_IsFoundOutSoon_AndAllGoOnAtOnce()
    {
        var time = new PauseRecorder();
        _oss.Always = _ => Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
        await using var appender = Begin(time);
        foreach (var stream in new[] { "a", "b", "c" })
            appender.TryAppend(RecordOf(stream, "x"));
        var flush = appender.FlushAsync(TestContext.Current.CancellationToken);

        // Until the pauses are as long as they get.
        for (var longest = TimeSpan.Zero; longest < TimeSpan.FromSeconds(15);)
        {
            for (var i = 0; i < 3; i++)
            {
                var pause = await time.NextAsync();
                longest = pause > longest ? pause : longest;
            }

            if (longest < TimeSpan.FromSeconds(15))
                time.Advance(TimeSpan.FromSeconds(30));
        }

        _oss.Always = null;
        time.Advance(TimeSpan.FromSeconds(4));

        Assert.True(await flush.WaitAsync(Soon, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FlushAfterTheClose_SaysThatEventsCameTooLate()
    {
        var appender = new OssAppender(Options(_oss));
        appender.TryAppend(Record("in time\n"));
        Assert.True(await appender.CloseAsync(TimeSpan.FromSeconds(20)));
        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.False(appender.TryAppend(Record("too late\n")));

        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));
    }

    private OssAppender BeginRefusing()
    {
        _oss.Always = request => request.Key.StartsWith("refused", StringComparison.Ordinal)
            ? Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"))
            : Task.FromResult(_oss.Apply(request));
        return Begin();
    }

    private OssAppender Begin(TimeProvider? time = null)
    {
        var options = Options(_oss);
        options.ObjectKey = "{Tenant}.log";
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 64 << 10;
        options.MemoryLimitBytes = 512 << 10;
        options.Listener = _delivered;
        options.CloseTimeout = TimeSpan.Zero;
        if (time is not null)
        {
            options.TimeProvider = time;
            options.Random = () => 0.999;
            options.RetryTimeLimit = TimeSpan.FromDays(1);
        }

        return new OssAppender(options);
    }

    // Until there is no space for more of it.
    private static void Fill(OssAppender appender, string stream)
    {
        while (appender.TryAppend(RecordOf(stream, Filling)))
        {
        }
    }

    private static LogRecord RecordOf(string stream, string text) => Record(text + "\n", state: stream, values: stream);

    private sealed class DeliveredSignal : IDeliveryListener
    {
        private readonly Channel<object> _states = Channel.CreateUnbounded<object>();

        public async Task WhenDelivered(string state)
        {
            while (!Equals(await _states.Reader.ReadAsync(), state))
            {
            }
        }

        public void OnDelivered(IReadOnlyList<object> states)
        {
            foreach (var state in states)
                _states.Writer.TryWrite(state);
        }

        public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
        {
        }
    }

    // A clock that tells each pause that begins.
    private sealed class PauseRecorder : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

        public async Task<TimeSpan> NextAsync() => await _pauses.Reader.ReadAsync().AsTask().WaitAsync(Soon, TestContext.Current.CancellationToken);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(base.CreateTimer(callback, state, dueTime, period), _pauses.Writer);

        private sealed class Timer(ITimer timer, ChannelWriter<TimeSpan> pauses) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var hasChanged = timer.Change(dueTime, period);

                // The append interval is no pause.
                if (dueTime != new OssAppenderOptions().AppendInterval)
                    pauses.TryWrite(dueTime);
                return hasChanged;
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
