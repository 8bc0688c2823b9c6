using Microsoft.Extensions.Time.Testing;

namespace OssLogSinks.Intake.Tests;

/// <summary>Waits, but not for ever.</summary>
internal static class InTimeExtensions
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    public static Task InTime(this Task task) => task.WaitAsync(LongestWait, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(LongestWait, TestContext.Current.CancellationToken);

    /// <summary>Lets the clock run, second by second, until the task ends.</summary>
    public static async Task RunUntilEnd(this FakeTimeProvider time, Task task)
    {
        while (!task.IsCompleted)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await task;
    }
}
