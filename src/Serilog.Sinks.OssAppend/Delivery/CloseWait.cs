using OssLogSinks.Core.Shutdown;
using Serilog.Debugging;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>Waits for what has to end, but no longer than it may take.</summary>
internal static class CloseWait
{
    /// <summary>What is cut off at the close's deadline needs a moment to end.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>Blocks until the task has ended, but not for longer than the timeout; one that failed has ended, and is reported.</summary>
    public static bool EndsInTime(Task task, long begun, TimeSpan timeout, TimeProvider time)
    {
        if (!BoundedWait.For(task, begun, timeout, time))
            return false;

        if (task.Exception?.GetBaseException() is { } e)
            SelfLog.WriteLine("OssAppend: closing failed with {0}: {1}", e.GetType(), e.Message);
        return true;
    }
}
