using System.CommandLine;
using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Compacting;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>compact</c>: the events of closed objects in Parquet files, for tools that query.</summary>
internal static class CompactCommand
{
    public const string Examples = """
        oss-logs compact shop/dt=2026-11-22/ --to parquet/dt=2026-11-22/ --dry-run
        oss-logs compact shop/dt=2026-11-22/ --to parquet/dt=2026-11-22/
        oss-logs compact shop/dt=2026-11-22/ --file events-20261122.parquet
        oss-logs compact shop/dt=2026-11-22/ --to parquet/dt=2026-11-22/ --delete-source
        """;

    private const int SmallestPart = 64 * 1024;

    private static readonly Argument<string[]> Paths = new("key") { Description = "Keys, or beginnings of keys, of the period: shop/dt=2026-11-22/.", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<string?> To = new("--to") { Description = "Write objects whose keys begin so.", HelpName = "PREFIX" };

    private static readonly Option<string?> ToFile = new("--file") { Description = "Write one file on this machine.", HelpName = "PATH" };

    private static readonly Option<string> Age = new("--older-than") { Description = "Take objects that were not written to for so long. Others are taken if they are sealed.", DefaultValueFactory = _ => "1d", HelpName = "SPAN" };

    private static readonly Option<long> PartSize = new("--part-size") { Description = "Stored bytes that go to one Parquet object.", DefaultValueFactory = _ => 256L * 1024 * 1024, HelpName = "BYTES" };

    private static readonly Option<bool> DeleteSource = new("--delete-source") { Description = "Delete objects whose events were checked in the Parquet file." };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only say what would be done." };

    public static Command Create()
    {
        var command = new Command("compact", "Write the events of closed objects to Parquet.") { Paths, To, ToFile, Age, PartSize, DeleteSource, DryRun };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var paths = run.Parse.GetValue(Paths)!.Select(ObjectPath.Parse).ToArray();
        var to = run.Parse.GetValue(To) is { } prefix ? ObjectPath.Parse(prefix) : (ObjectPath?)null;
        var settings = SettingsOf(run);
        var bucket = run.Settings(ObjectPath.BucketOf(to is { } target ? [.. paths, target] : paths));
        using var client = bucket.Open();
        var destination = TargetOf(run, client, length => bucket.ForUploads(length).Open(), to);
        run.AfterStop = "Nothing was written or deleted. Run the command again.";
        var objects = await client.FindAsync(paths, cancellationToken).ConfigureAwait(false);
        var (isTrouble, done, total) = (false, 0L, objects.Sum(found => found.Length));
        var line = new ProgressLine(run.Host);
        var compaction = new Compaction(client, destination, settings, run.Host.Time, report =>
        {
            isTrouble |= report.IsTrouble;
            line.End();
            Write(run, report);
        })
        {
            Progress = bytes => line.Show(done += bytes, total),
            AfterStop = words => run.AfterStop = words,
        };
        try
        {
            await compaction.RunAsync(objects, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            line.End();
        }

        return isTrouble ? ExitCodes.Found : ExitCodes.Done;
    }

    private static CompactSettings SettingsOf(CommandRun run)
    {
        if (!Quantities.TryReadSpan(run.Parse.GetValue(Age)!, out var age))
            throw new ToolException(ExitCodes.Usage, $"--older-than '{run.Parse.GetValue(Age)}' is no span.", "Write 6h or 2d for instance.");

        var partSize = run.Parse.GetValue(PartSize);
        return partSize < SmallestPart
            ? throw new ToolException(ExitCodes.Usage, $"--part-size is {partSize}.", $"Write {SmallestPart} or more.")
            : new CompactSettings(age, partSize, run.Parse.GetValue(DeleteSource), run.Parse.GetValue(DryRun));
    }

    private static ICompactTarget TargetOf(CommandRun run, OssClient client, Func<long, OssClient> openUploads, ObjectPath? to)
    {
        var file = run.Parse.GetValue(ToFile);
        if (to is null == file is null)
            throw new ToolException(ExitCodes.Usage, "Say where the Parquet goes.", "Write --to PREFIX for the same bucket, or --file PATH for this machine.");
        if (file is null)
            return new BucketTarget(client, openUploads, to!.Value.Key, run.Host.Time);

        return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file)))
            ? new FileTarget(file, run.Host.Disk)
            : throw new ToolException(ExitCodes.NotFound, $"The folder of '{file}' does not exist.", "Create it, or correct the path.");
    }

    private static void Write(CommandRun run, CompactReport report)
    {
        if (run.IsJson)
            WriteJson(run.Output, report);
        else
            run.Output.Text.Write(TextOf(report) + "\n");

        run.Output.Flush();
    }

    private static string TextOf(CompactReport report)
    {
        var name = report.Name.Length > 0 ? Reading.Printable.Text(report.Name) : "a new Parquet file";
        if (report.Objects == 0)
            return $"{name}: {report.Words}";

        var rows = report.Rows is { } count ? $", {count} events" : "";
        var bytes = report.Bytes is { } length ? $", {Quantities.Bytes(length)}" : "";
        return $"{name}: {report.Words}; {report.Objects} objects{rows}{bytes}";
    }

    private static void WriteJson(OutputText output, CompactReport report) => output.WriteJson(json =>
    {
        if (report.Name.Length > 0)
            json.WriteString(report.Objects > 0 ? "parquet" : "key", report.Name);
        json.WriteString("state", report.State);
        json.WriteString("text", report.Words);
        if (report.Objects > 0)
            json.WriteNumber("objects", report.Objects);
        if (report.Rows is { } rows)
            json.WriteNumber("rows", rows);
        if (report.Bytes is { } bytes)
            json.WriteNumber("bytes", bytes);
    });
}
