using System.CommandLine;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>find</c>: the objects that can have events of a time span, found by the sink's own key template.</summary>
internal static class FindCommand
{
    public const string Examples = """
        oss-logs find --from 2026-11-22T17:00Z --to 2026-11-22T18:00Z --key "shop/{MachineName}/app-{Timestamp:yyyyMMddHH}.log"
        oss-logs find --from -2h --config appsettings.json
        oss-logs find --from -2h --config appsettings.json | xargs oss-logs cat --since -2h
        """;

    private static readonly Option<string?> From = new("--from") { Description = "Events at this time or later: 2026-11-22T17:00Z, or -3h.", Required = true, HelpName = "TIME" };

    private static readonly Option<string?> To = new("--to") { Description = "Events before this time. Default: now.", HelpName = "TIME" };

    private static readonly Option<string?> Key = new("--key", "-k") { Description = "The sink's objectKey. Default: that of --config.", HelpName = "TEMPLATE" };

    private static readonly Option<OssRollingInterval?> Roll = new("--roll") { Description = "The sink's rollingInterval. Default: that of --config, or Infinite." };

    private static readonly Option<bool> Gzip = new("--gzip") { Description = "The sink's compression is Gzip." };

    private static readonly Option<string?> Zone = new("--zone") { Description = "The time zone of the keys, if the sink uses local time: Asia/Shanghai. Default: this machine's if --config has useLocalTime, or UTC.", HelpName = "ID" };

    public static Command Create()
    {
        var command = new Command("find", "Find the objects that can have events of a time.") { From, To, Key, Roll, Gzip, Zone };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var settings = run.Settings();
        var search = CreateSearch(run, settings.Sink);
        using var client = settings.Open();
        var isAny = false;
        await foreach (var found in client.SearchAsync(search, cancellationToken).ConfigureAwait(false))
        {
            isAny = true;
            if (run.IsJson)
                run.Output.WriteJson(json => ListCommand.Write(json, found));
            else
                run.Output.Text.Write(found.Key + "\n");
        }

        return isAny ? ExitCodes.Done : throw new ToolException(ExitCodes.NotFound, "No object can have events of this time.", "Check the time, the key, --roll and --zone.");
    }

    private static ObjectKeySearch CreateSearch(CommandRun run, SinkSettings sink)
    {
        var template = run.Parse.GetValue(Key) ?? sink["objectKey"]
            ?? throw new ToolException(ExitCodes.Usage, "No key template is named.", "Write --key TEMPLATE, or name a configuration file that has objectKey.");
        var roll = run.Parse.GetValue(Roll) ?? (Enum.TryParse<OssRollingInterval>(sink["rollingInterval"], ignoreCase: true, out var interval) ? interval : OssRollingInterval.Infinite);
        var isGzip = run.Parse.GetValue(Gzip) || string.Equals(sink["compression"], nameof(OssCompression.Gzip), StringComparison.OrdinalIgnoreCase);
        var isLocal = bool.TryParse(sink["useLocalTime"], out var usesLocalTime) && usesLocalTime;
        try
        {
            return ObjectKeySearch.Create(new ObjectKeySearchOptions
            {
                Template = template,
                RollingInterval = roll,
                Compression = isGzip ? OssCompression.Gzip : null,
                LocalZone = run.Parse.GetValue(Zone) is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : isLocal ? run.Host.Time.LocalTimeZone : null,
                From = run.TimeOf(From)!.Value,
                To = run.TimeOf(To) ?? run.Host.Time.GetUtcNow(),
            });
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            var end = exception.Message.IndexOf(" (Parameter", StringComparison.Ordinal);
            throw new ToolException(ExitCodes.Usage, end < 0 ? exception.Message : exception.Message[..end], "Correct the option that is named.");
        }
        catch (TimeZoneNotFoundException)
        {
            throw new ToolException(ExitCodes.Usage, $"This machine has no time zone '{run.Parse.GetValue(Zone)}'.", "Write a name such as Asia/Shanghai.");
        }
    }
}
