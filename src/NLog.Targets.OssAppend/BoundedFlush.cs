using NLog.Common;
using OssLogSinks.Core.Diagnostics;

namespace NLog.Targets.OssAppend;

/// <summary>
/// A flush that ends once: when it is over, or when its time is. NLog waits 15 seconds for all targets together, and a host that stops
/// takes it ill when that is not enough.
/// </summary>
internal sealed class BoundedFlush(AsyncContinuation continuation, ContinuationQueue continuations)
{
    private ITimer? _timer;
    private int _ends;

    /// <summary>Lets the time run.</summary>
    public void Begin(TimeSpan timeout, TimeProvider time)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return;

        _timer = time.CreateTimer(static flush => ((BoundedFlush)flush!).EndLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The flush is over.</summary>
    public void End(Exception? failure)
    {
        if (Interlocked.Increment(ref _ends) != 1)
            return;

        _timer?.Dispose();
        continuation(failure);
    }

    private void EndLate()
    {
        if (Interlocked.Increment(ref _ends) != 1)
            return;

        _timer!.Dispose();
        continuations.CallFlush(continuation, new OssDeliveryException("The flush timeout passed before everything was stored. Delivery goes on."));
    }
}
