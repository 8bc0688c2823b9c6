using System.Runtime.InteropServices;
using System.Text;

namespace OssLogSinks.Core.DiskBuffer.Files;

/// <summary>
/// Unix calls that .NET lacks, or whose failure it hides: fsync with its errno, the kind and owner of a file, and a check of a lock in the kernel.
/// Strings are marshalled by hand, so no unsafe code is needed.
/// </summary>
internal static class UnixSystem
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int ShareOrFail = 1 | 4;
    private const int ExcludeOrFail = 2 | 4;
    private const int FullFsync = 51;
    private const int NotThere = 2;
    private const int Interrupted = 4;

    private const int TypeMask = 0xF000;
    private const int FolderType = 0x4000;
    private const int FileType = 0x8000;

    // The runtime's lstat has the same layout on every Unix: flags, mode, user and group come first.
    private const int StatusSize = 256;
    private const int ModeAt = 4;
    private const int UserAt = 8;

    // EWOULDBLOCK on Linux, and on macOS and the BSDs.
    private static readonly int[] WouldBlock = [11, 35];

    // Access denied, for a folder that may be written but not read, and the errors of file systems that cannot sync a folder.
    private static readonly int[] NotForFolders = [13, 22, 38, 45, 78, 95, 102];

    public static bool IsUnix { get; } = !RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    private static bool IsMac { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.OSX);

    /// <summary>Makes a file's content durable.</summary>
    /// <returns>False if this system has no C library that can be called.</returns>
    /// <exception cref="IOException">The sync failed.</exception>
    public static bool TrySync(IntPtr descriptor, string path)
    {
        // If the C library has no such name, in an ahead-of-time compiled program for instance, the runtime's own library has it.
        var error = Call<int?>(() => Sync(descriptor.ToInt32()), null) ?? Call<int?>(() => runtime_fsync(descriptor) == 0 ? 0 : Marshal.GetLastWin32Error(), null);
        return error is null or 0 ? error is not null : throw new IOException($"'{path}' could not be flushed to disk (error {error}).");
    }

    /// <summary>Makes the names in a folder durable, if the system can.</summary>
    /// <exception cref="IOException">The sync failed.</exception>
    public static void SyncFolder(string path)
    {
        var error = Call(() => Open(path, ReadOnly, Sync), 0);
        if (error != 0 && Array.IndexOf(NotForFolders, error) < 0)
            throw new IOException($"The folder '{path}' could not be flushed to disk (error {error}).");
    }

    /// <summary>Creates a folder that only this user may enter.</summary>
    /// <returns>False if this system has no C library that can be called, or the call failed.</returns>
    public static bool TryCreateFolder(string path) => Call(() => mkdir(Bytes(path), 0x1C0), -1) == 0;

    /// <summary>Allows only this user to read or write a file. Without a C library, only the file's folder limits access.</summary>
    public static void MakePrivate(string path) => Call(() => chmod(Bytes(path), 0x180), 0);

    /// <summary>The kind of an entry; links are not followed.</summary>
    public static EntryKind KindOf(string path) => Call<EntryKind?>(() => KindByStatus(path), null) ?? KindByAttributes(path);

    /// <summary>The kind of an entry, as far as .NET alone can determine it.</summary>
    public static EntryKind KindByAttributes(string path)
    {
        try
        {
            var attributes = File.GetAttributes(path);
            return (attributes & (FileAttributes.ReparsePoint | FileAttributes.Device)) != 0 ? EntryKind.Foreign
                : (attributes & FileAttributes.Directory) != 0 ? EntryKind.Folder
                : EntryKind.File;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return EntryKind.Gone;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return EntryKind.Foreign;
        }
    }

    /// <summary>
    /// Locks an open file in the kernel, for one holder or for several that share it. The runtime's own locks may be turned off, and Mono's work only
    /// within the process. Does nothing to a file that the runtime has locked in the same way.
    /// </summary>
    /// <returns>False if another holder has a lock that excludes this one; true also where there are no locks.</returns>
    public static bool TryLock(IntPtr descriptor, bool isExclusive) => Call(
        () => flock(descriptor.ToInt32(), isExclusive ? ExcludeOrFail : ShareOrFail) == 0 || Array.IndexOf(WouldBlock, Marshal.GetLastWin32Error()) < 0,
        true);

    /// <summary>Whether the kernel refuses even a shared lock on a file, as it would refuse any other process.</summary>
    /// <exception cref="IOException">The file cannot be opened for the check.</exception>
    public static bool IsLocked(string path)
    {
        var isRefused = false;
        var error = Call(
            () => Open(path, ReadWrite, descriptor =>
            {
                // Any other error means that this file system has no locks.
                isRefused = flock(descriptor, ShareOrFail) != 0 && Array.IndexOf(WouldBlock, Marshal.GetLastWin32Error()) >= 0;
                return 0;
            }),
            0);
        return error is 0 or NotThere ? isRefused : throw new IOException($"'{path}' cannot be opened (error {error}).");
    }

    private static EntryKind KindByStatus(string path)
    {
        var status = new byte[StatusSize];
        if (lstat(Bytes(path), status) != 0)
            return EntryKind.Gone;

        var type = BitConverter.ToInt32(status, ModeAt) & TypeMask;
        return BitConverter.ToUInt32(status, UserAt) != geteuid() ? EntryKind.Foreign
            : type == FileType ? EntryKind.File
            : type == FolderType ? EntryKind.Folder
            : EntryKind.Foreign;
    }

    private static int Sync(int descriptor)
    {
        // On macOS, fsync does not reach the medium.
        if (IsMac && fcntl(descriptor, FullFsync) == 0)
            return 0;

        while (fsync(descriptor) != 0)
        {
            if (Marshal.GetLastWin32Error() is not Interrupted and var error)
                return error;
        }

        return 0;
    }

    // Opens a path for one call; returns the error of the open or the call.
    private static int Open(string path, int flags, Func<int, int> call)
    {
        var descriptor = open(Bytes(path), flags);
        if (descriptor < 0)
            return Marshal.GetLastWin32Error();

        var error = call(descriptor);
        _ = close(descriptor);
        return error;
    }

    private static T Call<T>(Func<T> call, T ifMissing)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return ifMissing;
        }
    }

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + "\0");

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The C library's own names; a generated import would need unsafe code.
    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int descriptor, int command);

    [DllImport("libc", SetLastError = true)]
    private static extern int flock(int descriptor, int operation);

    [DllImport("libc", SetLastError = true)]
    private static extern int mkdir(byte[] path, uint mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int chmod(byte[] path, uint mode);

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_FSync", SetLastError = true)]
    private static extern int runtime_fsync(IntPtr descriptor);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_LStat", SetLastError = true)]
    private static extern int lstat(byte[] path, [Out] byte[] status);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}

/// <summary>The kind of an entry in a folder.</summary>
internal enum EntryKind
{
    Gone,
    File,
    Folder,

    /// <summary>A link, a pipe, a device, or an entry of another user.</summary>
    Foreign,
}
