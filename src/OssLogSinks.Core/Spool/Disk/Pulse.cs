namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Wakes those who wait for a change. Take <see cref="Next"/> first, then look whether there is something to do, then wait
/// for it: so no change is missed.
/// </summary>
internal sealed class Pulse
{
    private TaskCompletionSource<bool> _next = New();

    /// <summary>Ends with the next change.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something has changed.</summary>
    public void Beat() => Interlocked.Exchange(ref _next, New()).TrySetResult(true);

    private static TaskCompletionSource<bool> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
