using System.CommandLine;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Reading;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>tail</c>: the last events of objects, and those that follow.</summary>
internal static class TailCommand
{
    public const string Examples = """
        oss-logs tail shop/                      # the last ten events
        oss-logs tail -f shop/ --level Warning   # and those that follow, in new objects too
        oss-logs tail -f shop/ --poll 2s --json | jq .
        """;

    // A server that is down for a moment does not end a tail.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(10);

    private static readonly Argument<string[]> Paths = new("prefix") { Description = "Keys, or beginnings of keys: shop/, oss://BUCKET/shop/.", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on until Ctrl-C." };

    private static readonly Option<int> Lines = new("--lines", "-n") { Description = "How many events to begin with.", DefaultValueFactory = _ => 10, HelpName = "N" };

    private static readonly Option<string> Poll = new("--poll") { Description = "How often to look. Each look is a ListObjects request for each 1000 objects.", DefaultValueFactory = _ => "0.5s", HelpName = "SPAN" };

    public static Command Create()
    {
        var command = new Command("tail", "Print the last events, and follow.") { Paths, Follow, Lines, Poll };
        LineOptions.AddTo(command);
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var paths = run.Parse.GetValue(Paths)!.Select(ObjectPath.Parse).ToArray();
        var lines = run.Parse.GetValue(Lines);
        if (lines < 0)
            throw new ToolException(ExitCodes.Usage, $"--lines is {lines}.", "Write 0 or more.");
        if (!Quantities.TryReadSpan(run.Parse.GetValue(Poll)!, out var poll) || poll < ShortestPoll)
            throw new ToolException(ExitCodes.Usage, $"--poll '{run.Parse.GetValue(Poll)}' is no span of at least 0.01s.", "Write 0.5s or 2s for instance.");

        var query = LineOptions.Query(run);
        var writer = LineOptions.Writer(run);
        using var client = run.Settings(ObjectPath.BucketOf(paths)).Open();
        var tail = new PrefixTail(client, paths, run.Host.Time);
        var found = await tail.BeginAsync(lines, query, writer, cancellationToken).ConfigureAwait(false);
        run.Output.Flush();
        if (!run.Parse.GetValue(Follow))
            return found > 0 ? ExitCodes.Done : throw new ToolException(ExitCodes.NotFound, "No object has such a key.", "Look for it with 'oss-logs ls'.");

        while (true)
        {
            await Task.Delay(poll, run.Host.Time, cancellationToken).ConfigureAwait(false);
            try
            {
                await tail.PollAsync(query, writer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (IsPassing(exception))
            {
                await run.Host.Error.WriteAsync($"oss-logs: {exception.Message} Trying again.\n").ConfigureAwait(false);
                await Task.Delay(PauseAfterFailure, run.Host.Time, cancellationToken).ConfigureAwait(false);
            }

            run.Output.Flush();
        }
    }

    private static bool IsPassing(Exception exception) =>
        FailureText.Of(exception) is { ExitCode: ExitCodes.Unreachable } && (exception is OssException or IOException);
}
