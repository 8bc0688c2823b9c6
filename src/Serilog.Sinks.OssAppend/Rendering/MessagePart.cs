using System.Text;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes the event's message. Format <c>l</c>: strings without quotes; <c>j</c>: other values without a format as JSON.</summary>
internal sealed class MessagePart : OutputPart
{
    private readonly bool _isLiteral;
    private readonly bool _isJson;
    private readonly IFormatProvider? _provider;

    public MessagePart(string? format, IFormatProvider? provider)
    {
        _isLiteral = format?.Contains('l') == true;
        _isJson = format?.Contains('j') == true;
        _provider = provider;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        foreach (var token in logEvent.MessageTemplate.TokenArray())
        {
            if (token is TextToken text)
                writer.Write(text.Text);
            else
                WriteProperty((PropertyToken)token, logEvent, writer);
        }
    }

    private void WriteProperty(PropertyToken token, LogEvent logEvent, RecordWriter writer)
    {
        if (!logEvent.TryGetValue(token.PropertyName, out var value))
            writer.Write(token.ToString());
        else if (_isLiteral && value is ScalarValue { Value: string text })
            Padded.Write(writer, text, token.Alignment);
        else if (_isJson && token.Format is null)
            WriteJson(value, token.Alignment, writer);
        else if (token.Alignment is null)
            ValueText.Write(writer, value, token.Format, _provider);
        else
            WriteAligned(token, value, logEvent, writer);
    }

    private void WriteAligned(PropertyToken token, LogEventPropertyValue value, LogEvent logEvent, RecordWriter writer)
    {
        try
        {
            token.Render(logEvent.Properties, writer, _provider);
        }
        catch (Exception failure)
        {
            writer.Write(Placeholder.For(value, failure));
        }
    }

    private static void WriteJson(LogEventPropertyValue value, Alignment? alignment, RecordWriter writer)
    {
        if (alignment is null)
        {
            JsonValues.Write(writer, value);
            return;
        }

        using var json = new RecordWriter();
        JsonValues.Write(json, value);
        Padded.Write(writer, Encoding.UTF8.GetString(json.Written.ToArray()), alignment);
    }
}
