namespace OssLogSinks.Core.Shutdown;

/// <summary>
/// Wakes all waiters on a change. Call <see cref="NextAsync"/> first, then check for work, then await the task: that way no change is missed.
/// </summary>
internal sealed class AsyncSignal
{
    private TaskCompletionSource<bool> _next = New();

    /// <summary>Completes with the next change.</summary>
    public Task NextAsync() => Volatile.Read(ref _next).Task;

    public void Set() => Interlocked.Exchange(ref _next, New()).TrySetResult(true);

    private static TaskCompletionSource<bool> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Wakes one thread that waits now or later; it needs no pool thread.</summary>
internal sealed class ThreadSignal : IDisposable
{
    private readonly ManualResetEventSlim _event = new();
    private readonly TimeProvider _time;

    public ThreadSignal(TimeProvider time) => _time = time;

    public void Set() => _event.Set();

    /// <summary>Waits for the next change, or until the timeout.</summary>
    public void Wait(TimeSpan timeout)
    {
        if (ReferenceEquals(_time, TimeProvider.System) || timeout == Timeout.InfiniteTimeSpan)
        {
            _event.Wait(timeout);
        }
        else
        {
            using var timer = _time.CreateTimer(_ => _event.Set(), null, timeout, Timeout.InfiniteTimeSpan);
            _event.Wait();
        }

        _event.Reset();
    }

    public void Dispose() => _event.Dispose();
}
