namespace OssLogSinks.Core;

/// <summary>
/// A call that blocks its thread until a delivery has gone on. Where that is a thread of the pool, the pool gets another one for as long:
/// the delivery runs on the pool too, and would wait behind the very calls that wait for it, while the pool adds a few threads a second.
/// </summary>
public readonly struct BlockedCaller : IDisposable
{
    // So many blocked calls are a fault elsewhere, and threads cost memory.
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

            // Somebody else has set it meanwhile: theirs counts, and nothing of it is ours to take back.
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
