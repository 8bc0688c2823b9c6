using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>
/// Formats events, and in the place of one that is too large a placeholder with the same time and level that says so. As many threads
/// may use it at once as the formatter allows.
/// </summary>
internal sealed class BoundedFormatter
{
    private const int LongestBeginning = 200;

    private static readonly MessageTemplate Text = new MessageTemplateParser().Parse(
        "An event of {EventSize} bytes was left out, as it is larger than {EventSizeLimit} bytes. It began: {EventBeginning:l}");

    private readonly ITextFormatter _formatter;
    private readonly OssAppender _appender;
    private readonly int _limit;

    /// <param name="formatter">Formats whatever is stored.</param>
    /// <param name="appender">Counts what is replaced.</param>
    /// <param name="limit">The most bytes of an event that is not replaced.</param>
    public BoundedFormatter(ITextFormatter formatter, OssAppender appender, int limit)
    {
        _formatter = formatter;
        _appender = appender;
        _limit = limit;
    }

    /// <summary>Writes an event, or its placeholder. If that is too large as well, the core gives the event up.</summary>
    public void Format(LogEvent logEvent, RecordWriter output)
    {
        output.Reset();
        _formatter.Format(logEvent, output);
        var size = output.Written.Length;
        if (size <= _limit)
            return;

        output.Reset();
        _formatter.Format(PlaceholderOf(logEvent, size), output);
        if (output.Written.Length <= _limit)
            _appender.CountReplaced(1);
    }

    private LogEvent PlaceholderOf(LogEvent logEvent, int size)
    {
        var beginning = logEvent.MessageTemplate.Text;
        List<LogEventProperty> properties =
        [
            new("EventSize", new ScalarValue(size)),
            new("EventSizeLimit", new ScalarValue(_limit)),
            new("EventBeginning", new ScalarValue(beginning.Length > LongestBeginning ? beginning.Substring(0, LongestBeginning) : beginning)),
        ];
        if (logEvent.Properties.TryGetValue(Core.Constants.SourceContextPropertyName, out var source) && source is ScalarValue { Value: string })
            properties.Add(new(Core.Constants.SourceContextPropertyName, source));

        return new LogEvent(logEvent.Timestamp, logEvent.Level, null, Text, properties, logEvent.TraceId ?? default, logEvent.SpanId ?? default);
    }
}
