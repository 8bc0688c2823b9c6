namespace OssLogSinks.Core;

/// <summary>
/// A call that blocks its thread until delivery makes progress. On a pool thread, the pool gets one more thread meanwhile: delivery runs on
/// the pool too and would queue behind the calls that wait for it, while the pool adds only a few threads a second.
/// </summary>
public readonly struct BlockedCaller : IDisposable
{
    // More blocked calls than this are a bug elsewhere, and threads cost memory.
    private const int MostAdded = 1000;

    private static readonly object Gate = new();

    // Guarded by Gate.
    private static int _blocked;
    private static int _added;
    private static int _expected;

    private readonly bool _isOfPool;

    private BlockedCaller(bool isOfPool) => _isOfPool = isOfPool;

    /// <summary>Says that the calling thread is about to block.</summary>
    /// <returns>To be disposed on this thread when it goes on.</returns>
    public static BlockedCaller Enter()
    {
        if (!Thread.CurrentThread.IsThreadPoolThread)
            return default;

        Change(by: 1);
        return new BlockedCaller(isOfPool: true);
    }

    /// <summary>The thread goes on.</summary>
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

            // Someone else has set the minimum meanwhile. Theirs counts, and we must not lower it again.
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
