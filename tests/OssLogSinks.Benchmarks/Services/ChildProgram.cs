using System.Diagnostics;

namespace OssLogSinks.Benchmarks.Services;

/// <summary>This program once more, as a process of its own.</summary>
internal static class ChildProgram
{
    private const int OrphanCode = 3;

    /// <summary>Starts it for a hidden command. Its error output is this process's; its input ends with this process.</summary>
    public static Process Start(string command, string order)
    {
        // The built program itself: `dotnet run` would build once more.
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(ChildProgram).Assembly.Location, command, order])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (!string.Equals(Path.GetFileNameWithoutExtension(start.FileName), "dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.RemoveAt(0);
        return Process.Start(start)!;
    }

    /// <summary>The child's part of that: ends at once when its input does.</summary>
    public static async Task EndWithParentAsync()
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Nothing is asked here.
        }

        Environment.Exit(OrphanCode);
    }
}
