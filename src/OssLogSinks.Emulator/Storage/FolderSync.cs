using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OssLogSinks.Emulator.Storage;

/// <summary>Makes the names in a folder durable: after a power cut, a new or renamed file has its name. Windows has no such call for a folder.</summary>
internal static class FolderSync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The disk refused.</exception>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;

        // .NET opens no folders, but it flushes one that is open.
        using var handle = new SafeFileHandle(open(Encoding.UTF8.GetBytes(folder + "\0"), ReadOnly), ownsHandle: true);
        if (handle.IsInvalid)
            throw new IOException($"The folder '{folder}' cannot be opened (error {Marshal.GetLastPInvokeError()}).");

        RandomAccess.FlushToDisk(handle);
    }

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The C library's own name; a generated import would need unsafe code.
    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
