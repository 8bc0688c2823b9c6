
namespace NLog.Targets.OssAppend;

/// <summary>
/// Waits without blocking other threads that need a lock. NLog holds a target's lock while it closes the target, and may take it for an event
/// that comes meanwhile. Otherwise an event that delivery logs would wait for the close, and the close for delivery.
/// </summary>
internal static class HeldLock
{
    /// <summary>Waits until a task has ended.</summary>
    /// <param name="task">The task.</param>
    /// <param name="heldLock">Released during the wait if the calling thread holds it.</param>
    public static void Wait(Task task, object? heldLock)
    {
        if (heldLock is not null && Monitor.IsEntered(heldLock))
        {
            _ = task.ContinueWith(
                _ =>
                {
                    lock (heldLock)
                        Monitor.PulseAll(heldLock);
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            while (!task.IsCompleted)
                Monitor.Wait(heldLock);
        }

        task.GetAwaiter().GetResult();
    }
}
