using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>ls</c>: what is in a bucket, folder by folder or all of it.</summary>
internal static class ListCommand
{
    public const string Examples = """
        oss-logs ls                              # the folders of the bucket
        oss-logs ls shop/ --recursive            # all objects below shop/
        oss-logs ls oss://my-logs/shop/ --json | jq .key
        """;

    private static readonly Argument<string> Prefix = new("prefix") { Description = "The beginning of the keys: shop/ or oss://BUCKET/shop/.", DefaultValueFactory = _ => "" };

    private static readonly Option<bool> Recursive = new("--recursive", "-R") { Description = "List what is in the folders too." };

    public static Command Create()
    {
        var command = new Command("ls", "List objects.") { Prefix, Recursive };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var path = ObjectPath.Parse(run.Parse.GetValue(Prefix)!);
        using var client = run.Settings(path.Bucket).Open();
        var delimiter = run.Parse.GetValue(Recursive) ? "" : "/";
        var isAny = false;
        string? next = null;
        do
        {
            var request = new ListObjectsRequest { Prefix = path.Key, Delimiter = delimiter, ContinuationToken = next };
            var page = await client.ListObjectsAsync(request, cancellationToken).ConfigureAwait(false);
            isAny |= page.Folders.Count + page.Objects.Count > 0;
            if (run.IsJson)
                WriteJson(run.Output, page);
            else
                WriteLines(run.Output, page);

            next = page.NextContinuationToken;
        }
        while (next is not null);

        return isAny || path.Key.Length == 0 ? ExitCodes.Done : throw new ToolException(ExitCodes.NotFound, $"No key begins with '{path.Key}'.", "List the folders with 'oss-logs ls'.");
    }

    private static void WriteJson(OutputText output, ListObjectsResult page)
    {
        foreach (var folder in page.Folders)
            output.WriteJson(json => json.WriteString("folder", folder));

        foreach (var found in page.Objects)
            output.WriteJson(json => Write(json, found));
    }

    public static void Write(Utf8JsonWriter json, OssObjectSummary found)
    {
        json.WriteString("key", found.Key);
        json.WriteNumber("length", found.Length);
        if (found.ObjectType is { } type)
            json.WriteString("type", type);
        if (found.LastModified is { } modified)
            json.WriteString("modified", modified);
    }

    // Written line by line, since a bucket may have more objects than a table can hold.
    private static void WriteLines(OutputText output, ListObjectsResult page)
    {
        foreach (var folder in page.Folders)
            WriteLine(output, "", "", "folder", folder);

        foreach (var found in page.Objects)
            WriteLine(output, found.Length.ToString(CultureInfo.InvariantCulture), Quantities.Time(found.LastModified), found.ObjectType ?? "", found.Key);

        output.Flush();
    }

    private static void WriteLine(OutputText output, string length, string modified, string type, string key) =>
        output.Text.Write($"{length,13}  {modified,-20}  {type,-10}  {Reading.Printable.Text(key)}\n");
}
