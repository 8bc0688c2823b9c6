using System.Diagnostics;

namespace OssLogSinks.Reliability.Services;

/// <summary>What <c>oss-logs verify</c> says of a run's objects. The tool runs in a process of its own, as a user runs it.</summary>
internal static class Verification
{
    private const int MostFindings = 20;

    /// <summary>Runs the tool over everything under the run's prefix, and prints its last line.</summary>
    /// <returns>Whether it found nothing, and looked at numbers.</returns>
    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "OssLogSinks.Tool.dll"), "verify", arguments.Prefix]) { RedirectStandardOutput = true };
        service.Announce(start.Environment);
        using var tool = Process.Start(start)!;
        var lines = (await tool.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await tool.WaitForExitAsync();
        foreach (var finding in lines.SkipLast(1).Take(MostFindings))
            await Console.Error.WriteLineAsync(finding);

        var summary = lines.LastOrDefault() ?? "nothing";
        Console.WriteLine($"oss-logs verify: {summary} (exit code {tool.ExitCode})");
        return tool.ExitCode == 0 && summary.Contains(" No number is missing.", StringComparison.Ordinal);
    }
}
