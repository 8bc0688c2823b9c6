using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Intake;

/// <summary>
/// Services of the host that may need this library's own first. They are resolved on another thread, and kept: a container that is being disposed
/// gives none any more, and that is when most is reported. Any thread may call any member.
/// </summary>
/// <param name="resolve">Resolves them.</param>
internal sealed class LateServices<T>(Func<T> resolve)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Task<T> _services = BoundedWait.RunAsync(resolve);
    private int _awaits;

    /// <summary>
    /// Called for each event. The first one waits until the services are there, as the host may be disposed soon after it. Not for long: they may
    /// need what is just being created on this thread.
    /// </summary>
    public void Await()
    {
        if (!_services.IsCompleted && Interlocked.Exchange(ref _awaits, 1) == 0)
            _ = BoundedWait.For(_services, LongestWait, TimeProvider.System);
    }

    /// <summary>Whether something is so of the services; true while they are not there.</summary>
    public bool IsOrMayBe(Func<T, bool> isSo) => !_services.IsCompleted || (_services.Status == TaskStatus.RanToCompletion && isSo(_services.Result));

    /// <summary>Runs an action now, or as soon as the services are there; never if they could not be resolved.</summary>
    /// <param name="action">What to do; must not throw.</param>
    public void Use(Action<T> action)
    {
        if (_services.Status == TaskStatus.RanToCompletion)
            action(_services.Result);
        else
            _ = _services.ContinueWith(resolved => action(resolved.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
