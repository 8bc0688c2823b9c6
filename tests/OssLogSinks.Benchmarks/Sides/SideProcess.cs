using OssLogSinks.Benchmarks.Services;

namespace OssLogSinks.Benchmarks.Sides;

/// <summary>The parent's part of a side: starts its process and reads its report.</summary>
internal static class SideProcess
{
    /// <exception cref="InvalidOperationException">The side failed; what it said stands on the error output.</exception>
    public static async Task<SideReport> RunAsync(SideOrder order)
    {
        var folder = Path.Combine(Path.GetTempPath(), "oss-benchmarks-" + Guid.NewGuid().ToString("N"));
        try
        {
            using var process = ChildProgram.Start(SideOrder.Command, (order with { FrontDoor = order.FrontDoor with { Folder = folder, Prefix = Path.GetFileName(folder) } }).ToString());
            var line = await process.StandardOutput.ReadLineAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0 || line is null)
                throw new InvalidOperationException($"The side {order.FrontDoor.Kind} ended with {process.ExitCode}.");

            return SideReport.Parse(line);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
