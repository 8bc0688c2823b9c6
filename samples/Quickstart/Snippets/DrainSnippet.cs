using OssLogSinks.Core;

namespace Quickstart.Snippets;

/// <summary>The README's lines that empty the volume of a dead pod, compiled.</summary>
internal static class DrainSnippet
{
    public static async Task DrainAsync()
    {
        // snippet: drain
        var options = new OssAppenderOptions { Bucket = "my-logs", Region = "cn-hangzhou" };
        var done = await OssAppender.DrainAsync("/mnt/dead-pod/log-buffer", options);

        Console.WriteLine($"{done.Delivered} records shipped from {done.Folders} folders, {done.Quarantined} could not be read.");
        // end
    }
}
