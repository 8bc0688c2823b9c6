using System.Diagnostics;
using OssLogSinks.Core.Client;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.Draining;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>A large buffer, filled by a process without an OSS and emptied by another one, whose memory has to stay flat.</summary>
internal static class Drain
{
    private const int Streams = 4;

    // Frames and journals come on top of the lines; and nothing is to give way.
    private const long SpaceFactor = 2;

    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments asked)
    {
        var arguments = asked with { Streams = Streams };
        var lines = (long)(arguments.Gigabytes * 1e9 / BufferFiller.LineLength);
        Console.WriteLine($"drain: {lines} lines of {BufferFiller.LineLength} bytes to {service.Endpoint}, under '{arguments.Prefix}', buffer {arguments.BufferPath}");
        var order = new ChildOrder(arguments, Number: 0)
        {
            BufferPath = arguments.BufferPath,
            BufferSizeLimit = Math.Max(64 << 20, lines * BufferFiller.LineLength * SpaceFactor),
            Events = lines,
        };
        var watch = Stopwatch.StartNew();
        if (!await RunChildAsync(BufferFiller.Command, order, service))
            return false;

        var size = Directory.EnumerateFiles(arguments.BufferPath, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Console.WriteLine(FormattableString.Invariant($"filled with {size / 1e9:0.00} GB in {watch.Elapsed.TotalSeconds:0.0} s ({size / 1e6 / watch.Elapsed.TotalSeconds:0.0} MB/s)"));
        var isDrained = await RunChildAsync(BufferDrainer.Command, order, service);
        var stored = await StoredBytesAsync(service, arguments.Prefix);
        var leftovers = BufferFolder.Owners(arguments.BufferPath).Count;
        var isGood = isDrained && stored == lines * BufferFiller.LineLength && leftovers == 0;
        Console.WriteLine($"lines={lines} bytes={lines * BufferFiller.LineLength} stored={stored} leftovers={leftovers} {(isGood ? "good" : "NOT GOOD")}");
        if (arguments.ChosenBuffer is null)
            Directory.Delete(arguments.BufferPath, recursive: true);
        return isGood;
    }

    private static async Task<bool> RunChildAsync(string command, ChildOrder order, ServiceUnderTest service)
    {
        using var process = ChildProcess.Launch(command, order, service, redirects: false);
        try
        {
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    // Their lengths alone: the built-in OSS keeps no bodies here.
    private static async Task<long> StoredBytesAsync(ServiceUnderTest service, string prefix)
    {
        using var client = service.CreateClient();
        var stored = 0L;
        string? next = null;
        do
        {
            var page = await client.ListObjectsAsync(new ListObjectsRequest { Prefix = prefix, ContinuationToken = next }, CancellationToken.None);
            stored += page.Objects.Sum(o => o.Length);
            next = page.NextContinuationToken;
        }
        while (next is not null);
        return stored;
    }
}
