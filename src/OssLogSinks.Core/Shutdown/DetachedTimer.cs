namespace OssLogSinks.Core.Shutdown;

/// <summary>
/// Timers that outlive the call that creates them. An ordinary timer keeps its creator's <see cref="ExecutionContext"/>: if a log call
/// creates it, everything that the application's request has put there stays in memory as long as the timer.
/// </summary>
internal static class DetachedTimer
{
    /// <summary>Creates a timer that does not run yet.</summary>
    public static ITimer Create(TimeProvider time, Action callback)
    {
        using AsyncFlowControl? suppressed = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return time.CreateTimer(static state => ((Action)state!)(), callback, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
