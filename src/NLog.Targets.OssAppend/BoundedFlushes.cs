using NLog.Common;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Ends each flush once: when it completes or when its timeout passes. NLog waits 15 seconds for all targets together, and a stopping host reports an
/// error if that is not enough. One dedicated thread watches the timeouts while flushes are pending, so a starved thread pool cannot delay it.
/// </summary>
internal sealed class BoundedFlushes(ContinuationQueue continuations, TimeSpan timeout, TimeProvider time)
{
    private readonly object _gate = new();

    // Guarded by _gate. All have the same timeout, so the oldest is the first to time out.
    private readonly Queue<Flush> _pending = new();
    private bool _isWatched;

    /// <summary>Starts the timeout of a flush.</summary>
    /// <returns>The continuation to call when the flush completes.</returns>
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
                continuations.CallFlush(flush.Continuation, new OssDeliveryException("The flush timed out before everything was stored. Delivery continues."));
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
