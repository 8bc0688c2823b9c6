using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>What most tests need.</summary>
internal static class Some
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    /// <summary>Settings for a bucket in memory: one object, short waits.</summary>
    public static OssAppendSinkOptions Options(MemoryBucket bucket) => new()
    {
        Client = bucket,
        ObjectKey = "app.log",
        OutputTemplate = "{Message:lj}{NewLine}",
        FormatProvider = CultureInfo.InvariantCulture,
        AppendInterval = TimeSpan.FromMilliseconds(8),
        Monitor = new OssAppendMonitor(),
    };

    public static LogEvent Event(string text, LogEventLevel level = LogEventLevel.Information, params LogEventProperty[] properties) =>
        new(new DateTimeOffset(2026, 11, 22, 20, 15, 7, 89, TimeSpan.FromHours(8)), level, null, new MessageTemplateParser().Parse(text), properties);

    /// <summary>Waits, but not for ever.</summary>
    public static Task InTime(this Task task) => task.WaitAsync(LongestWait, TestContext.Current.CancellationToken);

    /// <summary>Waits, but not for ever.</summary>
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

    /// <summary>Waits until something is so.</summary>
    public static async Task Until(Func<bool> isSo)
    {
        // Not a busy loop: what is waited for needs the processor too.
        while (!isSo())
            await Task.Delay(1, TestContext.Current.CancellationToken);
    }
}
