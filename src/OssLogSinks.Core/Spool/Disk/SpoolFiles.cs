using System.Runtime.InteropServices;
using System.Text;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>The real disk. Stateless; its files are unbuffered, so that what was written is in the operating system's hands.</summary>
internal sealed class SpoolFiles : ISpoolFiles
{
    public static SpoolFiles Instance { get; } = new();

    public void CreateFolder(string path) => Run(() => Directory.CreateDirectory(path));

    public IReadOnlyList<string> FilesIn(string folder) => Run(() => Names(Directory.EnumerateFiles(folder)));

    public IReadOnlyList<string> FoldersIn(string folder) => Run(() => Names(Directory.EnumerateDirectories(folder)));

    public ISpoolFile Create(string path) => Run(() => new SpoolFile(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read));

    public ISpoolFile Open(string path) => Run(() => new SpoolFile(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read));

    public ISpoolFile OpenToRead(string path) =>
        Run(() => new SpoolFile(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    // On Unix only None becomes an exclusive flock; all other ways of sharing take the shared one.
    public ISpoolFile OpenExclusively(string path, bool create) =>
        Run(() => new SpoolFile(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.None));

    public void Delete(string path) => Run(() =>
    {
        File.Delete(path);
        return true;
    });

    public void DeleteFolder(string path) => Run(() =>
    {
        Directory.Delete(path, recursive: false);
        return true;
    });

    public void Move(string from, string to) => Run(() =>
    {
        File.Move(from, to);
        return true;
    });

    public void SyncFolder(string path)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return;

        try
        {
            FolderSync.Sync(path);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without a C library by this name: its names become durable when it likes.
        }
    }

    private static string[] Names(IEnumerable<string> paths)
    {
        var names = paths.Select(path => Path.GetFileName(path)).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    internal static T Run<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>What .NET has no call for: fsync of a folder.</summary>
    private static class FolderSync
    {
        private const int ReadOnly = 0;
        private const int InputOutputError = 5;

        public static void Sync(string path)
        {
            // Strings are marshalled by hand, which spares unsafe code and its generator.
            var descriptor = open(Encoding.UTF8.GetBytes(path + "\0"), ReadOnly);
            if (descriptor < 0)
                return;

            var failed = fsync(descriptor) != 0 && Marshal.GetLastWin32Error() == InputOutputError;
            _ = close(descriptor);

            // Other codes say that the file system knows no such thing.
            if (failed)
                throw new IOException("The folder's names could not be made durable.");
        }

#pragma warning disable IDE1006, SYSLIB1054 // The C library's own names; a generated import would need unsafe code.
        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int open(byte[] path, int flags);

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int fsync(int descriptor);

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int close(int descriptor);
#pragma warning restore IDE1006, SYSLIB1054
    }
}
