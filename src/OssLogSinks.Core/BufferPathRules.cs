using System.Security;
using System.Text;

namespace OssLogSinks.Core;

/// <summary>
/// Checks a buffer path before it is used. Write access is not checked: it can change at any time, and without it records wait in memory.
/// </summary>
internal static class BufferPathRules
{
    private const int LongestName = 255;

    // Length reserved for the names of the folders and files inside the buffer path.
    private const int ReservedInside = 256;

    private static readonly bool IsWindows = Path.DirectorySeparatorChar == '\\';
    private static readonly int LongestPath = (IsWindows ? 32767 : 4096) - ReservedInside;

    /// <summary>The fault of a path, as the rest of a sentence that starts with the path; null if there is none.</summary>
    public static string? FaultOf(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            return "must not be empty; leave it out to buffer in memory.";
        if (path.IndexOfAny(Path.GetInvalidPathChars()) >= 0)
            return "has a character that a path cannot have; remove it.";
        if (FullPathOf(path) is not { } folder)
            return "is not a valid folder path; write an absolute one.";
        if (LengthOf(folder) > LongestPath || folder.Split(Path.DirectorySeparatorChar).Any(name => LengthOf(name) > LongestName))
            return $"is too long: a path has space for {LongestPath} {Unit}, and each name in it for {LongestName}.";

        return FaultOfWhatIsThere(folder);
    }

    private static string? FaultOfWhatIsThere(string folder)
    {
        for (var place = folder; !string.IsNullOrEmpty(place); place = Path.GetDirectoryName(place))
        {
            if (File.Exists(place))
                return place == folder ? "is a file; it must be a folder, or not exist yet." : "leads through a file; it must be a folder, or not exist yet.";
        }

        return null;
    }

    private static string? FullPathOf(string path)
    {
        try
        {
            return Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or IOException or UnauthorizedAccessException or SecurityException)
        {
            return null;
        }
    }

    private static string Unit => IsWindows ? "characters" : "bytes";

    private static int LengthOf(string text) => IsWindows ? text.Length : Encoding.UTF8.GetByteCount(text);
}
