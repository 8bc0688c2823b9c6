using System.CommandLine;
using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Reading;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>cat</c>: the events of objects, filtered, merged by time, rendered or as stored.</summary>
internal static class CatCommand
{
    public const string Examples = """
        oss-logs cat shop/web-1/app-20261122.log
        oss-logs cat shop/ --since -3h --level Warning
        oss-logs cat shop/ --where "Tenant = 'acme' and Elapsed > 500"
        oss-logs cat shop/ --json | jq -r '.["@t"]'
        oss-logs cat shop/ --since -1d --histogram
        """;

    // An event is written to OSS after its time, so an object that was written last before a time has no event of that time. But clocks differ.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    private const int CopySize = 128 * 1024;

    private static readonly Argument<string[]> Paths = new("key") { Description = "Keys, or beginnings of keys: shop/web-1/app.log, shop/, oss://BUCKET/KEY.", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<bool> InTurn = new("--in-turn") { Description = "One object after the other in the order of keys, not merged by time. Faster." };

    private static readonly Option<bool> HasHistogram = new("--histogram") { Description = "Show how many events there are over time." };

    public static Command Create()
    {
        var command = new Command("cat", "Print the events of objects.") { Paths, InTurn, HasHistogram };
        LineOptions.AddTo(command);
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var paths = run.Parse.GetValue(Paths)!.Select(ObjectPath.Parse).ToArray();
        var query = LineOptions.Query(run);
        ILineWriter writer = run.Parse.GetValue(HasHistogram) ? new Histogram(run.Output, run.IsJson) : LineOptions.Writer(run);
        using var client = run.Settings(ObjectPath.BucketOf(paths)).Open();
        var objects = await client.FindAsync(paths, cancellationToken).ConfigureAwait(false);
        if (query.Since is { } since)
            objects.RemoveAll(found => found.LastModified < since - ClockTolerance);

        var isInTurn = run.Parse.GetValue(InTurn) || writer is Histogram || objects.Count == 1;
        if (query.IsAll && writer is StoredLines && isInTurn)
            await CopyAsync(run, client, objects, cancellationToken).ConfigureAwait(false);
        else if (isInTurn)
            await new ObjectLines(client, run.Host.Time, query, writer).ReadInTurnAsync(objects.Select(ObjectRange.Of), cancellationToken).ConfigureAwait(false);
        else
            await new ObjectLines(client, run.Host.Time, query, writer).ReadMergedAsync([.. objects.Select(ObjectRange.Of)], cancellationToken).ConfigureAwait(false);

        writer.End();
        return ExitCodes.Done;
    }

    // Without a filter the bytes are copied, so that they are the stored ones to the last.
    private static async Task CopyAsync(CommandRun run, OssClient client, List<OssObjectSummary> objects, CancellationToken cancellationToken)
    {
        foreach (var found in objects)
        {
            var stored = new ObjectStream(client, found.Key, 0, found.Length, run.Host.Time);
            var text = ObjectText.Open(stored, found.Key);
            await using (text.ConfigureAwait(false))
                await CopyAsync(text, run.Output.Bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Copies a text. Half a line waits for its end, so that Ctrl-C ends the output after a whole one. Only the longest lines may be cut, as
    /// everywhere.
    /// </summary>
    internal static async Task CopyAsync(Stream text, Stream output, CancellationToken cancellationToken)
    {
        var buffer = new byte[CopySize];
        var kept = 0;
        while (await text.ReadAsync(buffer.AsMemory(kept), cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            var end = kept + read;
            var lineEnd = buffer.AsSpan(kept, read).LastIndexOf((byte)'\n');
            var whole = lineEnd >= 0 ? kept + lineEnd + 1 : end < LineReader.LongestLine ? 0 : end;
            output.Write(buffer.AsSpan(0, whole));
            kept = end - whole;
            buffer.AsSpan(whole, kept).CopyTo(buffer);
            if (kept == buffer.Length)
                Array.Resize(ref buffer, 2 * kept);
        }

        output.Write(buffer.AsSpan(0, kept));
    }
}
