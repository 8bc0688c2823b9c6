using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Delivery;

/// <summary>What a log call leaves behind.</summary>
public class LogCallContextTests
{
    [Fact]
    public async Task TimerOfAStream_DoesNotKeepTheLogCallsContext()
    {
        var time = new TimerRecorder();
        var options = AppenderTesting.Options(new MemoryOss());
        options.TimeProvider = time;
        await using var appender = new OssAppender(options);

        Assert.True(time.KeepsContext(() => time.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)));

        // The first record of a stream begins to wait for others.
        Assert.False(time.KeepsContext(() => Assert.True(appender.TryAppend(AppenderTesting.Record("a\n")))));
    }

    private sealed class TimerRecorder : FakeTimeProvider
    {
        // Log calls create timers on their own threads; the appender's loops create others.
        private readonly ConcurrentQueue<(int Thread, bool KeepsContext)> _timers = new();

        public TimerRecorder()
            : base(AppenderTesting.Noon)
        {
        }

        /// <summary>Whether a timer that a call creates flows the call's context. There must be one.</summary>
        public bool KeepsContext(Action call)
        {
            _timers.Clear();
            call();
            return Assert.Single(_timers, timer => timer.Thread == Environment.CurrentManagedThreadId).KeepsContext;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Enqueue((Environment.CurrentManagedThreadId, !ExecutionContext.IsFlowSuppressed()));
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
