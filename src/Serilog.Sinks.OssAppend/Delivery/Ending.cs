using Serilog.Debugging;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>Waits for what has to end, but no longer than it may take.</summary>
internal static class Ending
{
    /// <summary>What is cut off at the close's deadline needs a moment to end.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>False if the task has not ended in time; one that failed has ended, and is reported.</summary>
    public static async Task<bool> ComesInTimeAsync(Task task, TimeSpan timeout, TimeProvider time)
    {
        try
        {
            await task.WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            return false;
        }
        catch (Exception e)
        {
            SelfLog.WriteLine("OssAppend: closing failed with {0}: {1}", e.GetType(), e.Message);
        }

        return true;
    }
}
