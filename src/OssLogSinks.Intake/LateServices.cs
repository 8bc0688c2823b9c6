using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Intake;

/// <summary>
/// Services of the host that may themselves depend on this library's services. They are resolved on another thread, and kept: a container that is
/// being disposed resolves nothing any more, and that is when most reports are made. Any thread may call any member.
/// </summary>
/// <param name="resolve">Resolves them.</param>
internal sealed class LateServices<T>(Func<T> resolve)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Task<T> _services = BoundedWait.RunAsync(resolve);
    private int _awaits;

    /// <summary>
    /// Called for each event. The first call waits until the services are resolved, as the host may be disposed soon after it. It waits for a
    /// second at most: the services may need what is just being created on this thread.
    /// </summary>
    public void Await()
    {
        if (!_services.IsCompleted && Interlocked.Exchange(ref _awaits, 1) == 0)
            _ = BoundedWait.For(_services, LongestWait, TimeProvider.System);
    }

    /// <summary>Whether the services fulfil a condition; true while they are being resolved, false if they cannot be resolved.</summary>
    public bool IsOrMayBe(Func<T, bool> isSo) => !_services.IsCompleted || (_services.Status == TaskStatus.RanToCompletion && isSo(_services.Result));

    /// <summary>Runs an action now, or as soon as the services are resolved; never if they cannot be resolved.</summary>
    /// <param name="action">What to do; must not throw.</param>
    public void Use(Action<T> action)
    {
        if (_services.Status == TaskStatus.RanToCompletion)
            action(_services.Result);
        else
            _ = _services.ContinueWith(resolved => action(resolved.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
