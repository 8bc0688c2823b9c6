using System.CommandLine;
using OssLogSinks.Tool.Checks;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>verify</c>: reads objects from end to end and reports damage.</summary>
internal static class VerifyCommand
{
    public const string Examples = """
        oss-logs verify shop/
        oss-logs verify shop/ --json | jq 'select(.kind)'
        oss-logs verify shop/app_040.log --any-start
        """;

    private static readonly Argument<string[]> Paths = new("key") { Description = "Keys, or beginnings of keys.", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<string> Sequence = new("--sequence-field") { Description = "The JSON field that numbers the lines of a writer, if there is one.", DefaultValueFactory = _ => SequenceFields.NumberOfSinks, HelpName = "NAME" };

    private static readonly Option<string> Writer = new("--writer-field") { Description = "The JSON field that names the writer, if there is one.", DefaultValueFactory = _ => SequenceFields.WriterOfSinks, HelpName = "NAME" };

    private static readonly Option<bool> AnyStart = new("--any-start") { Description = "The first numbers may be missing: older objects were deleted, or are not named here." };

    public static Command Create()
    {
        var command = new Command("verify", "Check objects: checksum, gzip, cut lines, doubled blocks, missing events.") { Paths, Sequence, Writer, AnyStart };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var paths = run.Parse.GetValue(Paths)!.Select(ObjectPath.Parse).ToArray();
        using var client = run.Settings(ObjectPath.BucketOf(paths)).Open();
        var objects = await client.FindAsync(paths, cancellationToken).ConfigureAwait(false);
        var findings = 0L;
        var fields = new SequenceFields(run.Parse.GetValue(Sequence)!, run.Parse.GetValue(Writer)!);
        var check = new ObjectCheck(client, run.Host.Time, fields, run.Parse.GetValue(AnyStart), finding =>
        {
            findings++;
            Write(run, finding);
        });
        var line = new ProgressLine(run.Host);
        var (bytes, lines, unnumbered, total) = (0L, 0L, 0L, objects.Sum(found => found.Length));
        foreach (var found in objects.OrderBy(found => found.Key, KeyOrder.Instance))
        {
            var result = await check.CheckAsync(found, cancellationToken).ConfigureAwait(false);
            bytes += result.Length;
            lines += result.Lines;
            unnumbered += result.Unnumbered;
            Write(run, result);
            run.Output.Flush();
            line.Show(bytes, total);
        }

        line.End();
        check.End();
        if (!run.IsJson)
            run.Output.Text.Write($"{objects.Count} objects, {lines} lines, {bytes} bytes: {findings} findings.{Ending(check, unnumbered)}\n");

        return findings > 0 ? ExitCodes.Found : ExitCodes.Done;
    }

    private static string Ending(ObjectCheck check, long unnumbered)
    {
        if (!check.HasSequence)
            return " The lines have no sequence numbers, so lines that are missing cannot be found.";

        var missing = check.Missing > 0
            ? $" {check.Missing} events are missing. Compare the number with the sink's counters of dropped events."
            : " No number is missing.";
        return unnumbered == 0 ? missing : missing + $" Lines without a number: {unnumbered}. If such a line is missing, that cannot be found.";
    }

    private static void Write(CommandRun run, Finding finding)
    {
        if (!run.IsJson)
        {
            run.Output.Text.Write($"{Reading.Printable.Text(finding.Key)}{(finding.Line > 0 ? $":{finding.Line}" : "")}: {finding.Words}\n");
            return;
        }

        run.Output.WriteJson(json =>
        {
            json.WriteString("key", finding.Key);
            json.WriteNumber("line", finding.Line);
            json.WriteString("kind", finding.Kind);
            json.WriteString("text", finding.Words);
            if (finding.Missing > 0)
                json.WriteNumber("missing", finding.Missing);
        });
    }

    private static void Write(CommandRun run, CheckedObject result)
    {
        if (!run.IsJson)
        {
            if (result.Crc is "grew")
                run.Output.Text.Write($"{Reading.Printable.Text(result.Key)}: grew meanwhile, so its checksum was not compared.\n");

            return;
        }

        run.Output.WriteJson(json =>
        {
            json.WriteString("key", result.Key);
            json.WriteNumber("length", result.Length);
            json.WriteNumber("lines", result.Lines);
            json.WriteNumber("linesWithoutNumber", result.Unnumbered);
            json.WriteString("crc64", result.Crc);
        });
    }
}
