using System.Globalization;
using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes the formatted placeholders of a message, rendered, as a JSON array of strings.</summary>
internal static class RenderedText
{
    // Numbers and times in usual formats are shorter than this.
    private const int MostBytes = 128;

    public static void Write(RecordWriter writer, PropertyToken[] tokens, LogEvent logEvent)
    {
        writer.WriteUtf8(",\"@r\":["u8);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (i > 0)
                writer.Write(',');
            Write(writer, tokens[i], logEvent);
        }

        writer.Write(']');
    }

    private static void Write(RecordWriter writer, PropertyToken token, LogEvent logEvent)
    {
        Span<byte> text = stackalloc byte[MostBytes];
        if (token.Alignment is null
            && logEvent.TryGetValue(token.PropertyName, out var value)
            && value.GetType() == typeof(ScalarValue)
            && TryFormat(((ScalarValue)value).Value, text, token.Format, out var length)
            && !JsonText.HasEscaped(text.Slice(0, length)))
        {
            writer.Write('"');
            writer.WriteUtf8(text.Slice(0, length));
            writer.Write('"');
            return;
        }

        JsonText.WriteQuoted(writer, Render(token, logEvent));
    }

    // False if the format does not fit the value; the slower way then writes a text about the failure.
    private static bool TryFormat(object? value, Span<byte> target, string? format, out int length)
    {
        try
        {
            return ScalarText.TryFormat(value, target, format, out length);
        }
        catch (FormatException)
        {
            length = 0;
            return false;
        }
    }

    private static string Render(PropertyToken token, LogEvent logEvent)
    {
        try
        {
            using var rendered = new StringWriter();
            token.Render(logEvent.Properties, rendered, CultureInfo.InvariantCulture);
            return rendered.ToString();
        }
        catch (Exception failure)
        {
            return logEvent.TryGetValue(token.PropertyName, out var value) ? Placeholder.For(value, failure) : FailureText.OfPlace(failure);
        }
    }
}
