using System.Diagnostics;

namespace OssLogSinks.Core.Client.Platform;

/// <summary>Members of processes that not every platform has.</summary>
internal static class ChildProcess
{
    /// <summary>Ends a process, and the processes that it started where the platform can.</summary>
    public static void KillTree(this Process process)
    {
        try
        {
#if NET8_0_OR_GREATER
            process.Kill(entireProcessTree: true);
#else
            process.Kill();
#endif
        }
        catch (Exception exception) when (exception is InvalidOperationException or NotSupportedException or System.Runtime.InteropServices.ExternalException or AggregateException)
        {
            // The process has ended meanwhile, or the system does not end it.
        }
    }
}
