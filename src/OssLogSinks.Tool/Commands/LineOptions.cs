using System.CommandLine;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Reading;
using Serilog.Events;

namespace OssLogSinks.Tool.Commands;

/// <summary>The options of every command that prints events.</summary>
internal static class LineOptions
{
    private static readonly Option<string?> Since = new("--since") { Description = "Events at this time or later: 2026-11-22T17:00Z, or -3h for three hours ago.", HelpName = "TIME" };

    private static readonly Option<string?> Until = new("--until") { Description = "Events before this time.", HelpName = "TIME" };

    private static readonly Option<string?> Level = new("--level", "-l") { Description = "Events of this level or above: Verbose, Debug, Information, Warning, Error, Fatal.", HelpName = "LEVEL" };

    private static readonly Option<string?> Where = new("--where", "-w") { Description = "Events for which this Serilog expression is true.", HelpName = "EXPRESSION" };

    private static readonly Option<string?> Template = new("--template", "-t") { Description = "How events are printed: a template of Serilog.Expressions.", HelpName = "TEMPLATE" };

    private static readonly Option<bool> Stored = new("--stored") { Description = "Print lines as they are stored." };

    public static void AddTo(Command command)
    {
        Level.CompletionSources.Clear();
        Level.CompletionSources.Add(Enum.GetNames<LogEventLevel>());
        foreach (var option in new Option[] { Since, Until, Level, Where, Template, Stored })
            command.Add(option);
    }

    public static LineQuery Query(CommandRun run) => new(run.Parse.GetValue(Where))
    {
        Since = run.TimeOf(Since),
        Until = run.TimeOf(Until),
        Level = LevelOf(run.Parse.GetValue(Level)),
    };

    public static ILineWriter Writer(CommandRun run)
    {
        if (run.IsJson)
            return new JsonLines(run.Output);

        return run.Parse.GetValue(Stored) ? new StoredLines(run.Output) : new RenderedLines(run.Output, run.Parse.GetValue(Template));
    }

    private static LogEventLevel? LevelOf(string? name) =>
        name is null ? null : Levels.Of(name) ?? throw new ToolException(ExitCodes.Usage, $"'{name}' is no level.", $"Write one of {string.Join(", ", Enum.GetNames<LogEventLevel>())}.");
}
