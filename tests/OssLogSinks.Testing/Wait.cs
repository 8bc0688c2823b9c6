using Microsoft.Extensions.Time.Testing;

namespace OssLogSinks.Testing;

/// <summary>How tests wait for what other threads do: never for ever.</summary>
internal static class Wait
{
    /// <summary>Only a test that fails waits so long; a busy machine may take any thread away for minutes.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>Waits until something is so that no signal tells of.</summary>
    /// <param name="isSo">What is waited for.</param>
    /// <param name="otherwise">What to say when it never comes.</param>
    public static async Task UntilAsync(Func<bool> isSo, Func<string>? otherwise = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Longest)
                throw new TimeoutException("It never came. " + otherwise?.Invoke());

            // For snapshots, objects and files, which change without a word: it looks again, and leaves the processor to what it waits for.
            await Task.Delay(1);
        }
    }

    public static Task InTime(this Task task) => task.WaitAsync(Longest);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Longest);

    /// <summary>Lets the clock run, second by second, until the task ends.</summary>
    public static async Task RunUntilEnd(this FakeTimeProvider time, Task task)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!task.IsCompleted && TimeProvider.System.GetElapsedTime(began) < Longest)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await task.InTime();
    }
}

/// <summary>A signal that a fake gives at every call, so that a test looks again then and not in between.</summary>
internal sealed class CallSignal
{
    private TaskCompletionSource _next = New();

    public void Set() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Waits until something is so that changes only together with this signal.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        while (true)
        {
            var next = Volatile.Read(ref _next).Task;
            if (isSo())
                return;

            await next.InTime();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
