using System.Globalization;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Extensions.Logging.Formatting;
using OssLogSinks.Intake;

namespace OssLogSinks.Extensions.Logging;

/// <summary>Maps log calls to records, and their outcomes back to the listener of lost events. All of it happens within the call.</summary>
internal sealed class LoggerFrontDoor(OssAppender appender, EventFormatter formatter, LostEventRelay relay) : IFrontDoor<LogCall>
{
    private readonly IReadOnlyList<string> _keyNames = appender.KeyTemplate.PropertyNames;

    public EventOrigin Origin => relay.OriginOf(appender);

    public void Render(LogCall logEvent, RenderBuffer buffer)
    {
        formatter.Write(logEvent, buffer.Utf8);
        logEvent.Buffer = buffer;
    }

    public DateTimeOffset TimeOf(LogCall logEvent) => logEvent.Time;

    public ReadOnlyMemory<string?> KeyValuesOf(LogCall logEvent, RenderBuffer buffer)
    {
        if (_keyNames.Count == 0)
            return default;

        var values = buffer.Values(_keyNames.Count);
        for (var i = 0; i < values.Length; i++)
            values[i] = KeyValueOf(logEvent, _keyNames[i]);
        return values;
    }

    public object? StateOf(LogCall logEvent, EventOrigin origin) =>
        relay.TellsOf(origin) ? relay.StateOf(LostEventOf(logEvent, Encoding.UTF8.GetString(logEvent.Buffer!.Utf8.Written.ToArray())), origin) : null;

    public void OnLeftOut(LogCall logEvent, EventOrigin origin)
    {
        // A formatter may write nothing to leave an event out.
    }

    public void OnDropped(LogCall logEvent, EventOrigin origin, DropCause cause, bool isAtCall)
    {
        if (relay.TellsOf(origin) && relay.StateOf(LostEventOf(logEvent, MessageOf(logEvent)), origin) is { } state)
            relay.OnDropped([state], cause.ToException());
    }

    public LogCall PlaceholderOf(LogCall logEvent, int size, int sizeLimit)
    {
        _ = logEvent.Values;
        var beginning = Placeholder.BeginningOf(logEvent.Template ?? logEvent.FormatMessage());
        var state = new Dictionary<string, object?>
        {
            ["EventSize"] = size,
            ["EventSizeLimit"] = sizeLimit,
            ["EventBeginning"] = beginning,
            [LogCall.OriginalFormat] = Placeholder.Template,
        };
        var placeholder = LogCall<Dictionary<string, object?>>.Take(state, (_, _) => Placeholder.TextOf(size, sizeLimit, beginning));
        (placeholder.Category, placeholder.Level, placeholder.EventId, placeholder.Time) = (logEvent.Category, logEvent.Level, logEvent.EventId, logEvent.Time);
        return placeholder;
    }

    private static LostEvent LostEventOf(LogCall call, string? text) => new(call.Time, call.Category, call.Level, call.EventId, text);

    // The event was not rendered, or rendering it failed.
    private static string? MessageOf(LogCall call)
    {
        try
        {
            return call.FormatMessage();
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static string? KeyValueOf(LogCall call, string name) => name switch
    {
        "Category" => call.Category,
        "Level" => call.Level.ToString(),
        "EventId" => call.EventId.Id.ToString(CultureInfo.InvariantCulture),
        _ => call.Find(name) is { } value ? value as string ?? string.Format(CultureInfo.InvariantCulture, "{0}", value) : null,
    };
}
