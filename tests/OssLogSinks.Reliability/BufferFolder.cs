namespace OssLogSinks.Reliability;

/// <summary>What stands under a buffer path.</summary>
internal static class BufferFolder
{
    /// <summary>The folders of processes, living or dead; what was put aside is not one of them.</summary>
    public static IReadOnlyList<string> Owners(string bufferPath) =>
        Directory.Exists(bufferPath)
            ? [.. Directory.GetDirectories(bufferPath).Where(d => !Path.GetFileName(d).Contains("quarantine", StringComparison.OrdinalIgnoreCase))]
            : [];

    /// <summary>Every file with its length, for the error output.</summary>
    public static string Describe(string bufferPath) =>
        Directory.Exists(bufferPath)
            ? string.Concat(Directory.EnumerateFiles(bufferPath, "*", SearchOption.AllDirectories).Order().Take(60).Select(f => $"\n  {Path.GetRelativePath(bufferPath, f)} {LengthOf(f)}"))
            : "none";

    // Files come and go while they are looked at.
    private static string LengthOf(string file) => new FileInfo(file) is { Exists: true } found ? found.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) : "gone";
}
