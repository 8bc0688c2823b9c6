namespace OssLogSinks.Core.Shutdown;

/// <summary>Waits that a token or the clock can end. The awaited task goes on either way.</summary>
internal static class Waiting
{
    /// <summary>Waits for the task or the token, whichever comes first.</summary>
    /// <exception cref="OperationCanceledException">The token came first.</exception>
    public static async Task WithAsync(Task task, CancellationToken cancellationToken)
    {
        if (!task.IsCompleted && cancellationToken.CanBeCanceled)
        {
            var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = cancellationToken.Register(() => cancelled.TrySetResult(true));
            if (await Task.WhenAny(task, cancelled.Task).ConfigureAwait(false) != task)
                throw new OperationCanceledException(cancellationToken);
        }

        await task.ConfigureAwait(false);
    }

    /// <summary>Waits for the task's result or the token, whichever comes first. A later exception of the task is ignored.</summary>
    /// <exception cref="OperationCanceledException">The token came first.</exception>
    public static async Task<T> WithAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            await WithAsync((Task)task, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The task may have failed in the meantime, too.
            _ = Observe(task);
            throw;
        }

        return await task.ConfigureAwait(false);
    }

    /// <summary>
    /// Counts the task's exception as observed, also if it fails later and nobody waits for it any more. Not for tasks that live long and never
    /// fail, such as signals: they would keep a note of each call.
    /// </summary>
    /// <returns>The task.</returns>
    public static T Observe<T>(this T task)
        where T : Task
    {
        _ = task.ContinueWith(
            static failed => _ = failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }

    /// <summary>Waits for that long, or for the token.</summary>
    /// <exception cref="OperationCanceledException">The token came first.</exception>
    public static async Task PauseAsync(TimeSpan pause, TimeProvider time, CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellationToken.Register(() => cancelled.TrySetResult(true)))
            _ = await ForAsync(cancelled.Task, pause, time).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for the task, but not longer than <paramref name="timeout"/>; whether it ended in time.</summary>
    public static async Task<bool> ForAsync(Task task, TimeSpan timeout, TimeProvider time)
    {
        if (task.IsCompleted || timeout == Timeout.InfiniteTimeSpan)
        {
            await task.ConfigureAwait(false);
            return true;
        }

        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = time.CreateTimer(_ => over.TrySetResult(true), null, timeout, Timeout.InfiniteTimeSpan);
        return await Task.WhenAny(task, over.Task).ConfigureAwait(false) == task;
    }
}
