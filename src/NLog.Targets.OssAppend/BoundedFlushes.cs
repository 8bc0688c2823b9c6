using NLog.Common;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Ends each flush once: when it completes or when its timeout passes. NLog waits 15 seconds for all targets together, and a stopping host reports an
/// error if that is not enough. One dedicated thread watches the timeouts while flushes are pending, so a starved thread pool cannot delay it.
/// </summary>
/// <param name="continuations">Calls the continuations.</param>
/// <param name="timeout">How long a flush may take.</param>
/// <param name="time">The clock.</param>
internal sealed class BoundedFlushes(ContinuationQueue continuations, TimeSpan timeout, TimeProvider time)
{
    // At the end of a host NLog flushes twice, one after the other. If the first one timed out, the second one would only make the end take longer.
    private static readonly TimeSpan NextFlush = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(0.5);

    private readonly object _gate = new();

    // Guarded by _gate. A flush is watched after the end of those before it, which is no later than its own timeout, unless its own is the short
    // one.
    private readonly Queue<Flush> _pending = new();
    private bool _isWatched;

    // When the latest flush waited its whole timeout without success; null if one has succeeded since. Guarded by _gate.
    private long? _failedAt;

    /// <summary>Starts the timeout of a flush.</summary>
    /// <returns>The continuation to call when the flush completes.</returns>
    public AsyncContinuation Begin(AsyncContinuation continuation)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return continuation;

        Flush flush;
        bool mustWatch;
        lock (_gate)
        {
            flush = new Flush(continuation, Succeeded, time.GetTimestamp(), HasJustFailed() ? ShortTimeout : timeout);
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
            if (BoundedWait.For(flush.Over, flush.Begun, flush.Timeout, time) || !flush.TryEnd())
                continue;

            Note(flush);
            continuations.CallFlush(flush.Continuation, new OssDeliveryException("The flush timed out before everything was stored. Delivery continues."));
        }

        return true;
    }

    private bool HasJustFailed() => _failedAt is { } failedAt && time.GetElapsedTime(failedAt) < NextFlush;

    private void Succeeded()
    {
        lock (_gate)
            _failedAt = null;
    }

    // A short flush says nothing new: otherwise a caller that flushes again and again would never wait long again.
    private void Note(Flush flush)
    {
        lock (_gate)
        {
            if (flush.Timeout == timeout)
                _failedAt = time.GetTimestamp();
        }
    }

    private Flush? Next()
    {
        lock (_gate)
        {
            _isWatched = _pending.Count > 0;
            return _isWatched ? _pending.Dequeue() : null;
        }
    }

    private sealed class Flush(AsyncContinuation continuation, Action succeeded, long begun, TimeSpan timeout)
    {
        private readonly TaskCompletionSource<bool> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _ends;

        public AsyncContinuation Continuation => continuation;

        public long Begun => begun;

        public TimeSpan Timeout => timeout;

        public Task Over => _over.Task;

        public bool TryEnd() => Interlocked.Increment(ref _ends) == 1;

        public void End(Exception? failure)
        {
            // Late too: what was flushed is stored now.
            if (failure is null)
                succeeded();
            _over.TrySetResult(true);
            if (TryEnd())
                continuation(failure);
        }
    }
}
