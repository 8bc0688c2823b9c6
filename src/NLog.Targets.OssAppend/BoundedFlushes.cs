using NLog.Common;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Flushes that end once: when they are over, or when their time is. NLog waits 15 seconds for all targets together, and a host that stops
/// takes it ill when that is not enough. While there are any, one thread watches their time, which the application's stuck ones do not hold up.
/// </summary>
internal sealed class BoundedFlushes(ContinuationQueue continuations, TimeSpan timeout, TimeProvider time)
{
    private readonly object _gate = new();

    // Guarded by _gate. All have the same timeout, so the oldest is the first whose time is over.
    private readonly Queue<Flush> _pending = new();
    private bool _isWatched;

    /// <summary>Lets the time of a flush run.</summary>
    /// <returns>To be called when the flush is over.</returns>
    public AsyncContinuation Begin(AsyncContinuation continuation)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return continuation;

        var flush = new Flush(continuation, time.GetTimestamp());
        bool mustWatch;
        lock (_gate)
        {
            _pending.Enqueue(flush);
            mustWatch = !_isWatched;
            _isWatched = true;
        }

        if (mustWatch)
            _ = BoundedWait.RunAsync(Watch);
        return flush.End;
    }

    private bool Watch()
    {
        while (Next() is { } flush)
        {
            if (!BoundedWait.For(flush.Over, flush.Begun, timeout, time) && flush.TryEnd())
                continuations.CallFlush(flush.Continuation, new OssDeliveryException("The flush timeout passed before everything was stored. Delivery goes on."));
        }

        return true;
    }

    private Flush? Next()
    {
        lock (_gate)
        {
            _isWatched = _pending.Count > 0;
            return _isWatched ? _pending.Dequeue() : null;
        }
    }

    private sealed class Flush(AsyncContinuation continuation, long begun)
    {
        private readonly TaskCompletionSource<bool> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _ends;

        public AsyncContinuation Continuation => continuation;

        public long Begun => begun;

        public Task Over => _over.Task;

        public bool TryEnd() => Interlocked.Increment(ref _ends) == 1;

        public void End(Exception? failure)
        {
            _over.TrySetResult(true);
            if (TryEnd())
                continuation(failure);
        }
    }
}
