using OssLogSinks.Core;
using OssLogSinks.Intake;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;
using Serilog.Sinks.OssAppend.Diagnostics;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>Maps Serilog's events to records, and passes lost events to the failure listener.</summary>
internal sealed class SerilogFrontDoor : IFrontDoor<LogEvent>
{
    private static readonly MessageTemplate PlaceholderTemplate = new MessageTemplateParser().Parse(Placeholder.Template);

    private readonly OssAppender _appender;
    private readonly ITextFormatter _formatter;
    private readonly FailureRelay _relay;
    private readonly IReadOnlyList<string> _keyNames;

    /// <param name="appender">Takes the records.</param>
    /// <param name="formatter">Renders events; on many threads at once if events are rendered within their calls.</param>
    /// <param name="relay">Calls the failure listener.</param>
    public SerilogFrontDoor(OssAppender appender, ITextFormatter formatter, FailureRelay relay)
    {
        _appender = appender;
        _formatter = formatter;
        _relay = relay;
        _keyNames = appender.KeyTemplate.PropertyNames;
    }

    public EventOrigin Origin => _relay.OriginOf(_appender);

    public void Render(LogEvent logEvent, RenderBuffer buffer) => _formatter.Format(logEvent, buffer.Utf8);

    public DateTimeOffset TimeOf(LogEvent logEvent) => logEvent.Timestamp;

    public ReadOnlyMemory<string?> KeyValuesOf(LogEvent logEvent, RenderBuffer buffer) =>
        _keyNames.Count == 0 ? default : KeyValues.Read(logEvent, _keyNames, buffer.Values(_keyNames.Count));

    public object? StateOf(LogEvent logEvent, EventOrigin origin) => _relay.StateOf(logEvent, origin);

    public void OnLeftOut(LogEvent logEvent, EventOrigin origin)
    {
        // A formatter may write nothing to leave an event out.
    }

    public void OnDropped(LogEvent logEvent, EventOrigin origin, DropCause cause, bool isAtCall)
    {
        if (_relay.StateOf(logEvent, origin) is not { } state)
            return;

        using (_appender.EnterDeliveryOnThread())
            _relay.OnDropped([state], cause.ToException());
    }

    public LogEvent PlaceholderOf(LogEvent logEvent, int size, int sizeLimit)
    {
        List<LogEventProperty> properties =
        [
            new("EventSize", new ScalarValue(size)),
            new("EventSizeLimit", new ScalarValue(sizeLimit)),
            new("EventBeginning", new ScalarValue(Placeholder.BeginningOf(logEvent.MessageTemplate.Text))),
        ];
        if (logEvent.Properties.TryGetValue(Core.Constants.SourceContextPropertyName, out var source) && source is ScalarValue { Value: string })
            properties.Add(new(Core.Constants.SourceContextPropertyName, source));

        return new LogEvent(logEvent.Timestamp, logEvent.Level, null, PlaceholderTemplate, properties, logEvent.TraceId ?? default, logEvent.SpanId ?? default);
    }
}
