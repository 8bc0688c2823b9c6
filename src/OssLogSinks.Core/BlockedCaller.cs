namespace OssLogSinks.Core;

/// <summary>
/// A call that blocks its thread until delivery makes progress. If it is a thread of the thread pool, the pool's minimum of threads is raised by
/// one meanwhile: delivery needs pool threads too, and above its minimum the pool adds only a few a second.
/// </summary>
public readonly struct BlockedCaller : IDisposable
{
    // The most threads to add. More blocked calls at once are a bug elsewhere, and threads cost memory.
    private const int MostAdded = 1000;

    private static readonly object Gate = new();

    // Guarded by Gate.
    private static int _blocked;
    private static int _added;
    private static int _expected;

    private readonly bool _isOfPool;

    private BlockedCaller(bool isOfPool) => _isOfPool = isOfPool;

    /// <summary>Declares that the calling thread is about to block.</summary>
    /// <returns>Dispose it on this thread when the thread continues.</returns>
    public static BlockedCaller Enter()
    {
        if (!Thread.CurrentThread.IsThreadPoolThread)
            return default;

        Change(by: 1);
        return new BlockedCaller(isOfPool: true);
    }

    /// <summary>Declares that the thread continues.</summary>
    public void Dispose()
    {
        if (_isOfPool)
            Change(by: -1);
    }

    private static void Change(int by)
    {
        lock (Gate)
        {
            _blocked += by;
            ThreadPool.GetMinThreads(out var workers, out var completions);

            // Other code has changed the minimum. Keep its value, and do not lower it later.
            if (_added > 0 && workers != _expected)
                _added = 0;

            var wanted = Math.Min(_blocked, MostAdded);
            var change = by > 0 ? Math.Max(0, wanted - _added) : Math.Min(0, wanted - _added);
            if (change == 0 || !ThreadPool.SetMinThreads(workers + change, completions))
                return;

            _added += change;
            _expected = workers + change;
        }
    }
}
