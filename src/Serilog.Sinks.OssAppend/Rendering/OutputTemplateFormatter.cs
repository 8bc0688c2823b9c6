using System.Globalization;
using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>
/// Renders events through an output template directly to UTF-8. The bytes are the same as those of Serilog's own
/// <see cref="MessageTemplateTextFormatter"/> on a system whose line ending is <c>\n</c>, unless control characters are escaped, the template
/// shows the event's number, or a value fails to give its text. Thread-safe.
/// </summary>
internal sealed class OutputTemplateFormatter : ITextFormatter
{
    private readonly OutputPart[] _parts;
    private readonly bool _escapes;

    private OutputTemplateFormatter(OutputPart[] parts, bool escapes) => (_parts, _escapes) = (parts, escapes);

    /// <summary>The formatter for a template.</summary>
    /// <param name="template">The output template.</param>
    /// <param name="provider">The culture; null for the invariant one.</param>
    /// <param name="escapes">Whether control characters of the event are escaped. Those of the template stay.</param>
    /// <param name="hasSequence">Whether <c>{OssSequence}</c> is the event's number.</param>
    public static OutputTemplateFormatter For(string template, IFormatProvider? provider, bool escapes = false, bool hasSequence = false) =>
        new(new OutputTemplateReader(template, provider, hasSequence).Read(), escapes);

    /// <summary>Whether a template renders each event as a JSON object; null if it begins with a place for a value, so that this is not known.</summary>
    public static bool? IsJson(string template) =>
        new MessageTemplateParser().Parse(template).Tokens.FirstOrDefault() is TextToken beginning ? TextShape.IsJson(beginning.ToString()) : null;

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var target = new Utf8Target(output);
        foreach (var part in _parts)
        {
            var start = _escapes ? target.Writer.Written.Length : 0;
            Write(part, logEvent, target.Writer);
            if (_escapes && part is not LiteralPart)
                ControlCharacters.Escape(target.Writer, start, keepsLines: part is ExceptionPart);
        }
    }

    // A part that fails must not prevent the others.
    private static void Write(OutputPart part, LogEvent logEvent, RecordWriter writer)
    {
        try
        {
            part.Write(logEvent, writer);
        }
        catch (Exception failure)
        {
            writer.Write(FailureText.OfPlace(failure));
        }
    }
}

/// <summary>Parses an output template once, when the sink is created.</summary>
internal sealed class OutputTemplateReader(string template, IFormatProvider? provider, bool hasSequence)
{
    private const string SequenceName = "OssSequence";

    // The line ending is the same on every machine, since objects must not depend on the machine.
    private const string NewLine = "\n";

    private readonly MessageTemplateToken[] _tokens = [.. new MessageTemplateParser().Parse(template).Tokens];

    /// <summary>The template's parts.</summary>
    public OutputPart[] Read()
    {
        var names = new HashSet<string>(_tokens.OfType<PropertyToken>().Select(t => t.PropertyName), StringComparer.Ordinal);

        // Other format providers may have a custom formatter or return different formats each time.
        var isOwn = provider is null || provider.GetType() == typeof(CultureInfo);
        return [.. _tokens.Select(token => token is not PropertyToken property ? new LiteralPart(token.ToString()!) : isOwn ? Read(property, names) : ReadForSerilog(property, names))];
    }

    // Serilog itself would end lines with those of the machine.
    private OutputPart ReadForSerilog(PropertyToken token, HashSet<string> names) => token.PropertyName switch
    {
        _ when IsSequence(token) => new LiteralPart(SequencePlaceholder.Text),
        "NewLine" => new LiteralPart(Padded.Text(NewLine, token.Alignment)),
        "Exception" => new ExceptionPart(token.Alignment, NewLine),
        "Properties" => new OtherPropertiesPart(token, names, provider),
        _ => new SerilogPart(token, provider),
    };

    private bool IsSequence(PropertyToken token) => hasSequence && token.PropertyName == SequenceName;

    private OutputPart Read(PropertyToken token, HashSet<string> names)
    {
        var isAligned = token.Alignment is not null;
        return token.PropertyName switch
        {
            _ when IsSequence(token) => new LiteralPart(SequencePlaceholder.Text),
            "Level" => new LevelPart(token),
            "TraceId" or "SpanId" => new TracePart(token),
            "NewLine" => new LiteralPart(Padded.Text(NewLine, token.Alignment)),
            "Exception" => new ExceptionPart(token.Alignment, NewLine),
            "Message" => isAligned ? new SerilogPart(token, provider) : new MessagePart(token.Format, provider),
            "Timestamp" or "UtcTimestamp" => isAligned ? new SerilogPart(token, provider) : new TimestampPart(token, provider),
            "Properties" => isAligned ? new OtherPropertiesPart(token, names, provider) : new PropertiesPart(token.Format, names, provider),
            _ => new PropertyPart(token, provider),
        };
    }
}
