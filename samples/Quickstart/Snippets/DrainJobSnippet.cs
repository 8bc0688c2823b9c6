// snippet: usings
using System.Runtime.InteropServices;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
// end

namespace Quickstart.Snippets;

/// <summary>The program of the Job in docs/kubernetes.md, compiled.</summary>
internal static class DrainJobSnippet
{
    public static async Task<int> RunAsync(string[] args)
    {
        // snippet: drain-job
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });

        var options = new OssAppenderOptions
        {
            Bucket = "my-logs",
            Region = "cn-hangzhou",
            Network = OssNetwork.Internal,
            ReportToConsole = true,
        };
        var done = await OssAppender.DrainAsync(args[0], options, cancellationToken: stop.Token);

        Console.WriteLine($"{done.Delivered} records shipped from {done.Folders} folders. {done.FoldersInUse} folders are in use. {done.Quarantined} records could not be read.");
        return done.FoldersInUse == 0 && done.BytesLeft == 0 ? 0 : 1;
        // end
    }
}
