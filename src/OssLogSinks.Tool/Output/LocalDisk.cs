using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OssLogSinks.Tool.Output;

/// <summary>Makes files of this machine durable, so that they survive a power cut.</summary>
internal interface ILocalDisk
{
    /// <summary>Makes a file's content durable.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    void SyncFile(string path);

    /// <summary>Makes the names in a folder durable. Windows cannot do that for a folder; there, the file itself is flushed with its name.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    void SyncFolder(string path);
}

/// <summary>The real disk. Stateless.</summary>
internal sealed class LocalDisk : ILocalDisk
{
    private const int ReadOnly = 0;

    // Access denied, for a folder that may be written but not read.
    private const int AccessDenied = 13;

    public static LocalDisk Instance { get; } = new();

    public void SyncFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        file.Flush(flushToDisk: true);
    }

    public void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        // .NET opens no folders, but it flushes one that is open. Errors of file systems that cannot flush a folder are no errors there.
        using var folder = new SafeFileHandle(open(System.Text.Encoding.UTF8.GetBytes(path + "\0"), ReadOnly), ownsHandle: true);
        if (!folder.IsInvalid)
            RandomAccess.FlushToDisk(folder);
        else if (Marshal.GetLastPInvokeError() is not AccessDenied and var error)
            throw new IOException($"The folder '{path}' could not be flushed to disk (error {error}).");
    }

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The C library's own name; a generated import would need unsafe code.
    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
