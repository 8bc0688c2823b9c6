using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>A clock that a test moves, and that tells which timers were set: the test moves it when the code waits, not before.</summary>
internal sealed class ObservedTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _timers = new();
    private readonly CallSignal _set = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Note(dueTime);
        return new Timer(timer, this);
    }

    /// <summary>Waits until a timer over that time was set.</summary>
    public Task WhenTimerIsSetAsync(TimeSpan dueTime) => _set.UntilAsync(() => _timers.Contains(dueTime));

    /// <summary>Waits until a timer over that time was set since the latest call, and forgets the timers that were set until then.</summary>
    public async Task WhenTimerIsSetAgainAsync(TimeSpan dueTime)
    {
        await WhenTimerIsSetAsync(dueTime);
        _timers.Clear();
    }

    private void Note(TimeSpan dueTime)
    {
        _timers.Enqueue(dueTime);
        _set.Set();
    }

    private sealed class Timer(ITimer timer, ObservedTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var hasChanged = timer.Change(dueTime, period);
            time.Note(dueTime);
            return hasChanged;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
