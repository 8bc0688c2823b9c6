using System.Globalization;
using System.Text;
using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;
using Serilog.Formatting.Display;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>One part of an output template. Thread-safe.</summary>
internal abstract class OutputPart
{
    public abstract void Write(LogEvent logEvent, RecordWriter writer);
}

/// <summary>Writes text that is the same in every event.</summary>
internal sealed class LiteralPart : OutputPart
{
    private readonly string _text;
    private readonly byte[]? _utf8;

    public LiteralPart(string text)
    {
        _text = text;

        // A surrogate at the text's border may form a pair with the neighbouring part, so such a text is not encoded alone.
        var isWhole = text.Length == 0 || !(char.IsLowSurrogate(text[0]) || char.IsHighSurrogate(text[text.Length - 1]));
        _utf8 = isWhole ? Encoding.UTF8.GetBytes(text) : null;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (_utf8 is { } utf8)
            writer.WriteUtf8(utf8);
        else
            writer.Write(_text);
    }
}

/// <summary>Writes the event's time, unchanged or in UTC.</summary>
internal sealed class TimestampPart : OutputPart
{
    private readonly bool _isUtc;
    private readonly string? _format;
    private readonly IFormatProvider _provider;
    private readonly TimestampText? _text;

    public TimestampPart(PropertyToken token, IFormatProvider? provider)
    {
        _isUtc = token.PropertyName == "UtcTimestamp";
        _format = token.Format;
        _provider = provider ?? CultureInfo.InvariantCulture;
        _text = TimestampText.TryRead(token.Format, _provider);
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (_text is not null)
            _text.Write(_isUtc ? logEvent.Timestamp.ToUniversalTime() : logEvent.Timestamp, writer);
        else if (_isUtc)
            ScalarText.Write(writer, logEvent.Timestamp.UtcDateTime, _format, _provider);
        else
            ScalarText.Write(writer, logEvent.Timestamp, _format, _provider);
    }
}

/// <summary>Writes the event's level. Serilog renders each of the six levels once.</summary>
internal sealed class LevelPart : OutputPart
{
    private readonly SerilogPart _serilog;
    private readonly byte[][] _texts;

    public LevelPart(PropertyToken token)
    {
        _serilog = new SerilogPart(token, null);
        _texts = [.. Enumerable.Range((int)LevelAlias.Minimum, LevelAlias.Maximum - LevelAlias.Minimum + 1).Select(level => Render((LogEventLevel)level))];
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        var level = (int)logEvent.Level;
        if ((uint)level < (uint)_texts.Length)
            writer.WriteUtf8(_texts[level]);
        else
            _serilog.Write(logEvent, writer);
    }

    private byte[] Render(LogEventLevel level)
    {
        using var writer = new RecordWriter();
        _serilog.Write(new LogEvent(default, level, null, MessageTemplate.Empty, []), writer);
        return writer.Written.ToArray();
    }
}

/// <summary>Writes one of the event's properties, or nothing if it is absent. Strings have no quotes here.</summary>
internal sealed class PropertyPart : OutputPart
{
    private readonly PropertyToken _token;
    private readonly IFormatProvider? _provider;

    public PropertyPart(PropertyToken token, IFormatProvider? provider)
    {
        _token = token;
        _provider = provider;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (!logEvent.TryGetValue(_token.PropertyName, out var value))
            return;

        if (value is ScalarValue { Value: string text })
            Padded.Write(writer, Cased(text), _token.Alignment);
        else if (_token.Alignment is null)
            ValueText.Write(writer, value, _token.Format, _provider);
        else
            _token.Render(logEvent.Properties, writer, _provider);
    }

    private string Cased(string text) => _token.Format switch
    {
        "u" => text.ToUpperInvariant(),
        "w" => text.ToLowerInvariant(),
        _ => text,
    };
}

/// <summary>
/// Writes the event's exception and a line ending; without an exception nothing, or only the spaces of the alignment. If the exception's text
/// fails, a message with its type is written, as Serilog does.
/// </summary>
internal sealed class ExceptionPart : OutputPart
{
    private readonly Alignment? _alignment;
    private readonly string _newLine;

    public ExceptionPart(Alignment? alignment, string newLine)
    {
        _alignment = alignment;
        _newLine = newLine;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (logEvent.Exception is null && _alignment is null)
            return;

        var text = logEvent.Exception is { } exception ? FailureText.Of(exception) : "";
        if (_alignment is not null)
        {
            Padded.Write(writer, logEvent.Exception is null ? text : text + _newLine, _alignment);
            return;
        }

        writer.Write(text);
        writer.Write(_newLine);
    }
}

/// <summary>Writes the event's trace id or span id; without one nothing, or only the spaces of the alignment.</summary>
internal sealed class TracePart : OutputPart
{
    private readonly bool _isSpan;
    private readonly Alignment? _alignment;

    public TracePart(PropertyToken token)
    {
        _isSpan = token.PropertyName == "SpanId";
        _alignment = token.Alignment;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer) =>
        Padded.Write(writer, (_isSpan ? logEvent.SpanId?.ToHexString() : logEvent.TraceId?.ToHexString()) ?? "", _alignment);
}

/// <summary>A part that Serilog's own formatter renders, because it is rare or complex.</summary>
internal sealed class SerilogPart : OutputPart
{
    private readonly MessageTemplateTextFormatter _formatter;

    public SerilogPart(PropertyToken token, IFormatProvider? provider) =>
        _formatter = new MessageTemplateTextFormatter(token.ToString(), provider);

    public override void Write(LogEvent logEvent, RecordWriter writer) => _formatter.Format(logEvent, writer);
}

/// <summary>
/// The properties that are neither in the output template nor in the event's, rendered by Serilog's own formatter. It knows only this part of the
/// output template, so the others are taken out of the event first.
/// </summary>
internal sealed class OtherPropertiesPart : OutputPart
{
    private readonly SerilogPart _serilog;
    private readonly HashSet<string> _shown;

    /// <param name="token">The place in the output template.</param>
    /// <param name="shown">The names in the output template.</param>
    /// <param name="provider">The culture.</param>
    public OtherPropertiesPart(PropertyToken token, HashSet<string> shown, IFormatProvider? provider)
    {
        _serilog = new SerilogPart(token, provider);
        _shown = shown;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        var others = logEvent.PropertyMap().Where(property => !_shown.Contains(property.Key)).Select(property => new LogEventProperty(property.Key, property.Value));
        _serilog.Write(new LogEvent(logEvent.Timestamp, logEvent.Level, logEvent.Exception, logEvent.MessageTemplate, others), writer);
    }
}
