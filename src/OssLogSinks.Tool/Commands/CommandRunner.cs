using System.CommandLine;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary>Runs commands: gives each its output, and turns failures into a message and an exit code.</summary>
internal static class CommandRunner
{
    public static void Handle(Command command, Func<CommandRun, CancellationToken, Task<int>> runAsync) =>
        command.SetAction((parse, cancellationToken) => RunAsync(parse, runAsync, cancellationToken));

    private static async Task<int> RunAsync(ParseResult parse, Func<CommandRun, CancellationToken, Task<int>> runAsync, CancellationToken cancellationToken)
    {
        var host = ((ToolInvocation)parse.InvocationConfiguration).Host;
        using var output = new OutputText(host);
        var run = new CommandRun(host, output, parse);
        try
        {
            var code = await runAsync(run, cancellationToken).ConfigureAwait(false);
            output.Flush();
            return code;
        }
        catch (OutputClosedException)
        {
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            FlushAfter(null, output, run);
            Tell(host, new FailureText(ExitCodes.Cancelled, "Stopped by Ctrl-C.", run.AfterStop), run.IsJson);
            return ExitCodes.Cancelled;
        }
        catch (Exception exception) when (FailureText.Of(exception) is not null)
        {
            FlushAfter(exception, output, run);
            var failure = FailureText.Of(exception)!;
            Tell(host, failure, run.IsJson);
            return failure.ExitCode;
        }
    }

    /// <summary>Tells a failure on standard error. With --json, what reads the messages is a program too.</summary>
    public static void Tell(ToolHost host, FailureText failure, bool isJson)
    {
        if (isJson)
        {
            using var bytes = new MemoryStream();
            using (var json = new System.Text.Json.Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteString("error", failure.Cause);
                if (failure.Cure.Length > 0)
                    json.WriteString("cure", failure.Cure);
                if (failure.Link is { } link)
                    json.WriteString("link", link);
                json.WriteNumber("exitCode", failure.ExitCode);
                json.WriteEndObject();
            }

            host.Error.Write(System.Text.Encoding.UTF8.GetString(bytes.ToArray()) + "\n");
            return;
        }

        host.Error.Write($"oss-logs: {failure.Cause}\n");
        if (failure.Cure.Length > 0)
            host.Error.Write($"          {failure.Cure}\n");
        if (failure.Link is { } page)
            host.Error.Write($"          {page}\n");
    }

    // The output before the end is still wanted. If it cannot be written either, that is told too, unless it is what ended the command.
    private static void FlushAfter(Exception? ending, OutputText output, CommandRun run)
    {
        try
        {
            output.Flush();
        }
        catch (OutputClosedException)
        {
            // Nobody reads the rest.
        }
        catch (ToolException failure)
        {
            if (failure != ending)
                Tell(run.Host, FailureText.Of(failure)!, run.IsJson);
        }
    }
}

/// <summary>What a command is run with. The commands themselves are made once and have no state.</summary>
internal sealed class ToolInvocation : InvocationConfiguration
{
    public required ToolHost Host { get; init; }
}

/// <summary>One run of a command.</summary>
internal sealed class CommandRun(ToolHost host, OutputText output, ParseResult parse)
{
    public ToolHost Host => host;

    public OutputText Output => output;

    public ParseResult Parse => parse;

    /// <summary>What is true, and what to do, if the command is stopped now; empty if nothing was changed.</summary>
    public string AfterStop { get; set; } = "";

    public bool IsJson => parse.GetValue(GlobalOptions.Json);

    public BucketSettings Settings(string? bucket = null) => GlobalOptions.Settings(parse, host, bucket);

    /// <summary>The time that an option says; null if it is not given.</summary>
    /// <exception cref="ToolException">It is no time.</exception>
    public DateTimeOffset? TimeOf(Option<string?> option)
    {
        if (parse.GetValue(option) is not { } text)
            return null;

        return Quantities.TryReadTime(text, host.Time.GetUtcNow(), out var time)
            ? time
            : throw new ToolException(ExitCodes.Usage, $"{option.Name} '{text}' is no time.", "Write 2026-11-22T17:00Z for instance, or -3h for three hours ago (s, m, h, d, w).");
    }
}
