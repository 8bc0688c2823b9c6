using System.Runtime;
using System.Runtime.InteropServices;

namespace OssLogSinks.Benchmarks.Reports;

/// <summary>What it was measured on.</summary>
internal static class Machine
{
    private const string ProcessorFile = "/proc/cpuinfo";

#if DEBUG
    private const string Build = "Debug: its figures mean nothing";
#else
    private const string Build = "Release";
#endif

    public static string Describe() => string.Join(", ",
    [
        Processor() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        $"{Environment.ProcessorCount} cores",
        FormattableString.Invariant($"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0} GiB"),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        GCSettings.IsServerGC ? "server GC" : "workstation GC",
        $"temporary files on {new DriveInfo(Path.GetTempPath()).DriveFormat}",
        Build,
    ]);

    private static string? Processor() =>
        File.Exists(ProcessorFile)
            ? File.ReadLines(ProcessorFile).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null;
}
