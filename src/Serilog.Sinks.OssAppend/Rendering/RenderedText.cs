using System.Globalization;
using OssLogSinks.Core.Batching;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>The places of a message that have a format, rendered: a JSON array of strings.</summary>
internal static class RenderedText
{
    // Numbers and times are shorter than that.
    private const int MostBytes = 128;

    public static void Write(RecordWriter writer, PropertyToken[] tokens, LogEvent logEvent)
    {
        writer.WriteRaw(",\"@r\":["u8);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (i > 0)
                writer.WriteRaw(","u8);
            Write(writer, tokens[i], logEvent);
        }

        writer.WriteRaw("]"u8);
    }

    private static void Write(RecordWriter writer, PropertyToken token, LogEvent logEvent)
    {
        Span<byte> text = stackalloc byte[MostBytes];
        if (token.Alignment is null
            && logEvent.TryGetValue(token.PropertyName, out var value)
            && value.GetType() == typeof(ScalarValue)
            && ScalarText.TryFormat(((ScalarValue)value).Value, text, token.Format, out var length)
            && !JsonText.HasEscaped(text.Slice(0, length)))
        {
            writer.WriteRaw("\""u8);
            writer.WriteRaw(text.Slice(0, length));
            writer.WriteRaw("\""u8);
            return;
        }

        using var rendered = new StringWriter();
        token.Render(logEvent.Properties, rendered, CultureInfo.InvariantCulture);
        JsonText.WriteQuoted(writer, rendered.ToString());
    }
}
