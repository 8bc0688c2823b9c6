using System.Globalization;
using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes values as Serilog shows them outside JSON.</summary>
internal static class ValueText
{
    public static void Write(RecordWriter writer, LogEventPropertyValue value, string? format, IFormatProvider? provider)
    {
        try
        {
            // A derived class may render itself differently.
            if (value.GetType() != typeof(ScalarValue))
                value.Render(writer, format, provider);
            else if (((ScalarValue)value).Value is string text)
                WriteString(writer, text, format);
            else
                ScalarText.Write(writer, ((ScalarValue)value).Value, format, provider ?? CultureInfo.InvariantCulture);
        }
        catch (Exception failure)
        {
            writer.Write(Placeholder.For(value, failure));
        }
    }

    private static void WriteString(RecordWriter writer, string text, string? format)
    {
        if (format == "l")
        {
            writer.Write(text);
            return;
        }

        writer.Write('"');
        writer.Write(text.Contains('"') ? text.Replace("\"", "\\\"") : text);
        writer.Write('"');
    }
}
