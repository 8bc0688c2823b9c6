using System.Runtime.InteropServices;

namespace OssLogSinks.Tool.Output;

/// <summary>
/// Asks whether standard output is a pipe that nobody reads any more. On Linux and macOS, the console stream of .NET ignores a broken pipe, so
/// that <c>oss-logs cat … | head</c> would read everything.
/// </summary>
internal static class PipeReader
{
    private const int StandardOutput = 1;

    // POLLERR and POLLHUP, with the same values on both systems. POLLERR: the reading end is closed.
    private const short ErrorOrHangUp = 0x8 | 0x10;

    /// <summary>Whether the reader has gone; false if that cannot be told, as on Windows, where a write fails then.</summary>
    public static bool HasGone()
    {
        if (OperatingSystem.IsWindows())
            return false;

        var polled = new Polled { Handle = StandardOutput };
        return Poll(ref polled, 1, 0) == 1 && (polled.Found & ErrorOrHangUp) != 0;
    }

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Polled polled, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Handle;
        public short Wanted;
        public short Found;
    }
}
