namespace OssLogSinks.Core.Shutdown;

/// <summary>
/// Waits that block a thread, and end in time even if the thread pool has no free thread: an application that stops is often one that is stuck. For
/// the close of a sink or target, and for the end of the process.
/// </summary>
public static class BoundedWait
{
    /// <summary>
    /// Runs an action on its own thread. Code that awaits the returned task with <c>ConfigureAwait(false)</c> continues on that thread, so it
    /// needs no pool thread either.
    /// </summary>
    /// <param name="action">The action; it may block.</param>
    /// <returns>Its result, or its exception, which counts as observed: callers may stop waiting.</returns>
    public static Task<T> RunAsync<T>(Func<T> action)
    {
        var ended = new TaskCompletionSource<T>();
        _ = Waiting.Observe(ended.Task);
        var thread = new Thread(() =>
        {
            T result;
            try
            {
                result = action();
            }
            catch (Exception e)
            {
                ended.SetException(e);
                return;
            }

            // Not within the try: this runs code that waits for the task. Where the end of a process or domain aborts threads, on .NET Framework and
            // Mono, an abort of that code would end the task a second time, and the exception of that would end the process.
            ended.SetResult(result);
        });
        thread.IsBackground = true;
        thread.Name = "OssAppend: closing";
        thread.Start();
        return ended.Task;
    }

    /// <summary>Blocks until the task has ended, but not longer than the timeout. The task continues either way.</summary>
    /// <param name="task">The task.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="time">The clock. The system's clock needs no pool thread.</param>
    /// <returns>Whether the task has ended, with any result.</returns>
    public static bool For(Task task, TimeSpan timeout, TimeProvider time) => For(task, time.GetTimestamp(), timeout, time);

    /// <summary>As <see cref="For(Task, TimeSpan, TimeProvider)"/>, with a timeout that began earlier.</summary>
    /// <param name="task">The task.</param>
    /// <param name="begun">When it began: a timestamp of the clock.</param>
    /// <param name="timeout">How long to wait from then on; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="time">The clock. The system's clock needs no pool thread.</param>
    /// <returns>Whether the task has ended, with any result.</returns>
    public static bool For(Task task, long begun, TimeSpan timeout, TimeProvider time)
    {
        if (task.IsCompleted)
            return true;
        if (timeout == Timeout.InfiniteTimeSpan)
            return Task.WaitAny(task) == 0;
        if (time == TimeProvider.System)
            return Task.WaitAny([task], Remaining(begun, timeout, time)) == 0;

        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = time.CreateTimer(_ => over.TrySetResult(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        TimeSpan remaining;
        do
        {
            remaining = Remaining(begun, timeout, time);
            timer.Change(remaining, Timeout.InfiniteTimeSpan);
        }
        while (remaining > Remaining(begun, timeout, time));

        return Task.WaitAny(task, over.Task) == 0;
    }

    /// <summary>The rest of a timeout; zero if it is over.</summary>
    /// <param name="begun">When it began: a timestamp of the clock.</param>
    /// <param name="timeout">How long it is; not infinite.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The rest.</returns>
    public static TimeSpan Remaining(long begun, TimeSpan timeout, TimeProvider time)
    {
        var remaining = timeout - time.GetElapsedTime(begun);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
