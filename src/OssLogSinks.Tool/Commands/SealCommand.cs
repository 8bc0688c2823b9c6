using System.CommandLine;
using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>seal</c>: ends objects, so that they take no more appends.</summary>
internal static class SealCommand
{
    public const string Examples = """
        oss-logs seal shop/web-1/app-20261122.log
        """;

    private static readonly Argument<string[]> Keys = new("key") { Description = "The exact keys of the objects.", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var command = new Command("seal", "End objects for good: they take no more appends.") { Keys };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var paths = run.Parse.GetValue(Keys)!.Select(ObjectPath.Parse).ToArray();
        using var client = run.Settings(ObjectPath.BucketOf(paths)).Open();
        foreach (var path in paths)
        {
            // The length is part of the request, so that an append that comes in between is noticed.
            var head = await client.HeadObjectAsync(new HeadObjectRequest(path.Key), cancellationToken).ConfigureAwait(false)
                ?? throw new ToolException(ExitCodes.NotFound, $"There is no object '{path.Key}'.", "Look for it with 'oss-logs ls'.");
            run.AfterStop = $"The object '{path.Key}' may be sealed or not. Run the command again.";
            var result = await client.SealObjectAsync(path.Key, head.Length, cancellationToken).ConfigureAwait(false);
            if (run.IsJson)
            {
                run.Output.WriteJson(json =>
                {
                    json.WriteString("key", path.Key);
                    json.WriteNumber("length", head.Length);
                    if (result.SealedAt is { } sealedAt)
                        json.WriteString("sealed", sealedAt);
                });
            }
            else
            {
                run.Output.Text.Write($"{path.Key}: sealed with {head.Length} bytes\n");
            }

            run.Output.Flush();
            run.AfterStop = "The objects that were reported are sealed. Run the command again for the others.";
        }

        return ExitCodes.Done;
    }
}
