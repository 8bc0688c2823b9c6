using NLog.Common;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Ending;

namespace NLog.Targets.OssAppend;

/// <summary>
/// A flush that ends once: when it is over, or when its time is. NLog waits 15 seconds for all targets together, and a host that stops
/// takes it ill when that is not enough. The time is watched by a thread of its own, which the application's stuck ones do not hold up.
/// </summary>
internal sealed class BoundedFlush(AsyncContinuation continuation, ContinuationQueue continuations)
{
    private readonly TaskCompletionSource<bool> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ends;

    /// <summary>Lets the time run.</summary>
    public void Begin(TimeSpan timeout, TimeProvider time)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
            _ = BoundedWait.RunAsync(() => BoundedWait.For(_over.Task, timeout, time) || EndLate());
    }

    /// <summary>The flush is over.</summary>
    public void End(Exception? failure)
    {
        _over.TrySetResult(true);
        if (Interlocked.Increment(ref _ends) == 1)
            continuation(failure);
    }

    private bool EndLate()
    {
        if (Interlocked.Increment(ref _ends) == 1)
            continuations.CallFlush(continuation, new OssDeliveryException("The flush timeout passed before everything was stored. Delivery goes on."));
        return true;
    }
}
