using System.CommandLine;
using System.Globalization;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>append</c>: uploads a file by appending, and goes on where an earlier run ended.</summary>
internal static class AppendCommand
{
    public const string Examples = """
        oss-logs append dump.log archive/dump.log
        oss-logs append dump.log oss://my-logs/archive/   # the file's name is added
        """;

    private const int SmallestPart = 64 * 1024;
    private const int LargestPart = 512 * 1024 * 1024;

    private static readonly Argument<string> Path = new("file") { Description = "The file." };

    private static readonly Argument<string> Key = new("key") { Description = "The object's key, or a folder that ends with a slash." };

    private static readonly Option<int> PartSize = new("--part-size") { Description = "Bytes of one append.", DefaultValueFactory = _ => 8 * 1024 * 1024, HelpName = "BYTES" };

    private static readonly Option<string> ContentType = new("--content-type") { Description = "The content type of a new object.", DefaultValueFactory = _ => "application/octet-stream", HelpName = "TYPE" };

    public static Command Create()
    {
        var command = new Command("append", "Upload a file by appending; run it again to go on.") { Path, Key, PartSize, ContentType };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var file = run.Parse.GetValue(Path)!;
        var target = ObjectPath.Parse(run.Parse.GetValue(Key)!);
        var key = target.Key.Length == 0 || target.Key.EndsWith('/') ? target.Key + System.IO.Path.GetFileName(file) : target.Key;
        var partSize = run.Parse.GetValue(PartSize);
        if (partSize is < SmallestPart or > LargestPart)
            throw new ToolException(ExitCodes.Usage, $"--part-size is {partSize}.", $"Write a number from {SmallestPart} to {LargestPart}.");
        if (!File.Exists(file))
            throw new ToolException(ExitCodes.NotFound, $"There is no file '{file}'.", "Correct the path.");

        var bucket = run.Settings(target.Bucket);
        using var client = bucket.Open();
        using var uploads = bucket.ForUploads(partSize).Open();
        var line = new ProgressLine(run.Host);
        run.AfterStop = "Nothing was sent yet. Run the command again.";
        try
        {
            var upload = new FileUpload(client, file, key, run.Host.Time)
            {
                Uploads = uploads,
                PartSize = partSize,
                ContentType = run.Parse.GetValue(ContentType)!,
                Progress = (done, total) =>
                {
                    run.AfterStop = done < total ? $"{done} of {total} bytes are in the object, or a part more. Run the command again to go on." : $"All {total} bytes are in the object.";
                    line.Show(done, total);
                },
            };
            var result = await upload.RunAsync(cancellationToken).ConfigureAwait(false);
            line.End();
            Write(run, key, result);
            return ExitCodes.Done;
        }
        finally
        {
            line.End();
        }
    }

    private static void Write(CommandRun run, string key, UploadResult result)
    {
        var crc = result.Crc64.ToString(CultureInfo.InvariantCulture);
        if (!run.IsJson)
        {
            run.Output.Text.Write($"{key}: {result.Length} bytes, {result.Resumed} of them there before, CRC-64 {crc}\n");
            return;
        }

        run.Output.WriteJson(json =>
        {
            json.WriteString("key", key);
            json.WriteNumber("length", result.Length);
            json.WriteNumber("resumedAt", result.Resumed);
            json.WriteString("crc64", crc);
        });
    }
}
