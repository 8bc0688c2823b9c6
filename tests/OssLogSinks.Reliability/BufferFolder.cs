using System.Globalization;
using System.Text.RegularExpressions;

namespace OssLogSinks.Reliability;

/// <summary>What stands under a buffer path.</summary>
internal static partial class BufferFolder
{
    /// <summary>The folders of processes, living or dead; what was put aside is not one of them, nor is what others put there.</summary>
    public static IReadOnlyList<string> Owners(string bufferPath) =>
        Directory.Exists(bufferPath)
            ? [.. Directory.GetDirectories(bufferPath).Where(d => OwnerName().IsMatch(Path.GetFileName(d)))]
            : [];

    /// <summary>Whether a process's folder has events.</summary>
    public static bool HasEvents(string owner) => Directory.EnumerateFiles(owner, "*.seg").Any();

    /// <summary>Waits until that is so of its owners.</summary>
    /// <returns>False if the time was over first, or what was to bring it about had ended.</returns>
    public static async Task<bool> WhenAsync(string bufferPath, Func<IReadOnlyList<string>, bool> isSo, TimeSpan timeout, Task? ended = null)
    {
        // The file system tells when a folder is removed.
        using var watcher = new FileSystemWatcher(bufferPath) { NotifyFilter = NotifyFilters.DirectoryName };
        using var changed = new SemaphoreSlim(0);
        watcher.Deleted += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;
        var over = Task.WhenAny(Task.Delay(timeout), ended ?? Task.Delay(timeout));
        while (!isSo(Owners(bufferPath)))
        {
            if (await Task.WhenAny(changed.WaitAsync(), over) == over)
                return isSo(Owners(bufferPath));
        }

        return true;
    }

    /// <summary>Every file with its length, and every folder that is empty, for the error output.</summary>
    public static string Describe(string bufferPath) =>
        Directory.Exists(bufferPath)
            ? string.Concat(Directory.EnumerateFileSystemEntries(bufferPath, "*", SearchOption.AllDirectories).Where(e => !IsFilledFolder(e)).Order().Take(60).Select(f => $"\n  {Path.GetRelativePath(bufferPath, f)} {LengthOf(f)}"))
            : "none";

    [GeneratedRegex("^[0-9]{8}T[0-9]{6}-[0-9a-f]{16}$")]
    private static partial Regex OwnerName();

    // Files come and go while they are looked at.
    private static string LengthOf(string file) => new FileInfo(file) is { Exists: true } found ? found.Length.ToString(CultureInfo.InvariantCulture)
        : Directory.Exists(file) ? "is empty"
        : "has gone";

    private static bool IsFilledFolder(string path)
    {
        try
        {
            return Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any();
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
