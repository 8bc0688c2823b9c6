using System.Globalization;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Extensions.Logging.Formatting;
using OssLogSinks.Intake;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging;

/// <summary>Maps log calls to records, within the call, and passes lost events to their listener.</summary>
internal sealed class LoggerFrontDoor(OssAppender appender, EventFormatter formatter, LostEventRelay relay) : IFrontDoor<LogCall>
{
    private readonly IReadOnlyList<string> _keyNames = appender.KeyTemplate.PropertyNames;

    public EventOrigin Origin => relay.OriginOf(appender);

    public void Render(LogCall logEvent, RenderBuffer buffer)
    {
        formatter.Write(logEvent, buffer.Utf8);
        logEvent.Rendered = buffer;
    }

    public DateTimeOffset TimeOf(LogCall logEvent) => logEvent.Time;

    public ReadOnlyMemory<string?> KeyValuesOf(LogCall logEvent, RenderBuffer buffer)
    {
        if (_keyNames.Count == 0)
            return default;

        var values = buffer.Values(_keyNames.Count);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _keyNames[i] switch
            {
                "Category" => logEvent.Category,
                "Level" => logEvent.Level.ToString(),
                "EventId" => logEvent.EventId.Id.ToString(CultureInfo.InvariantCulture),
                var name => logEvent.Values.FindText(name),
            };
        }

        return values;
    }

    public object? StateOf(LogCall logEvent, EventOrigin origin)
    {
        if (!relay.TellsOf(origin))
            return null;

        // An event that comes after the close, or whose rendering failed, has no rendered text.
        var text = logEvent.Rendered is { } buffer ? Encoding.UTF8.GetString(buffer.Utf8.Written.ToArray()) : FailureText.OrNull(logEvent.FormatMessage);
        return relay.StateOf(new LostEvent(logEvent.Time, logEvent.Category, logEvent.Level, logEvent.EventId, text), origin);
    }

    public void OnLeftOut(LogCall logEvent, EventOrigin origin)
    {
        // A formatter may write nothing to leave an event out.
    }

    public void OnDropped(LogCall logEvent, EventOrigin origin, DropCause cause, bool isAtCall)
    {
        using (appender.EnterDeliveryOnThread())
        {
            if (StateOf(logEvent, origin) is { } state)
                relay.OnDropped([state], cause.ToException());
        }
    }

    public LogCall PlaceholderOf(LogCall logEvent, int size, int sizeLimit)
    {
        var beginning = Placeholder.BeginningOf(logEvent.Values.Template ?? logEvent.FormatMessage());
        var placeholder = LogCall<Dictionary<string, object?>>.Take(Placeholder.ValuesOf(size, sizeLimit, beginning), static (values, _) => Placeholder.TextOf(values));
        (placeholder.Category, placeholder.Level, placeholder.EventId, placeholder.Time) = (logEvent.Category, logEvent.Level, logEvent.EventId, logEvent.Time);
        return placeholder;
    }
}
