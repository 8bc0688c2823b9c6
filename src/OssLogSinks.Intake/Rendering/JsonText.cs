using System.Collections;
using System.Globalization;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>Writes JSON strings, and values that need no formatter.</summary>
internal static partial class JsonText
{
    /// <summary>Writes a JSON string with only the required escapes.</summary>
    public static void WriteQuoted(RecordWriter writer, string text)
    {
        writer.Write('"');
        var start = 0;
        while (start < text.Length)
        {
            var end = EscapedFrom(text, start);
            WritePart(writer, text, start, end);
            if (end < text.Length)
                WriteEscape(writer, text[end]);
            start = end + 1;
        }

        writer.Write('"');
    }

    /// <summary>
    /// Writes null, a text, a flag, a common number, a date with its time, a time span or a GUID. False for any other value, and for numbers
    /// that JSON does not have: NaN and infinity.
    /// </summary>
    public static bool TryWrite(RecordWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteUtf8("null"u8);
                break;
            case string text:
                WriteQuoted(writer, text);
                break;
            case bool isTrue:
                writer.WriteUtf8(isTrue ? "true"u8 : "false"u8);
                break;
            case int or long or decimal or uint or ulong or short or ushort or byte or sbyte:
                ScalarText.Write(writer, value, null, CultureInfo.InvariantCulture);
                break;
            case double number when !double.IsNaN(number) && !double.IsInfinity(number):
                ScalarText.Write(writer, number, "R", CultureInfo.InvariantCulture);
                break;
            case float number when !float.IsNaN(number) && !float.IsInfinity(number):
                ScalarText.Write(writer, number, "R", CultureInfo.InvariantCulture);
                break;
            case DateTime or DateTimeOffset:
                WriteAsText(writer, value, "O");
                break;
            case Guid or TimeSpan:
                WriteAsText(writer, value, null);
                break;
            default:
                return false;
        }

        return true;
    }

    /// <summary>Writes any value: a sequence becomes an array, and any other value that <see cref="TryWrite"/> refuses becomes text.</summary>
    public static void Write(RecordWriter writer, object? value)
    {
        if (TryWrite(writer, value))
            return;

        if (ItemsOf(value) is not { } items)
        {
            WriteQuoted(writer, FailureText.OfValue(value));
            return;
        }

        writer.Write('[');
        for (var i = 0; i < items.Length; i++)
        {
            writer.WriteUtf8(i > 0 ? ","u8 : []);
            if (!TryWrite(writer, items[i]))
                WriteQuoted(writer, FailureText.OfValue(items[i]));
        }

        writer.Write(']');
    }

    private static object?[]? ItemsOf(object? value)
    {
        try
        {
            return value is IEnumerable items and not IFormattable ? [.. items.Cast<object?>()] : null;
        }
        catch (Exception)
        {
            // The sequence cannot be read. The caller then writes the value's text, so that the event is kept.
            return null;
        }
    }

    // For values whose text needs no escapes.
    private static void WriteAsText(RecordWriter writer, object value, string? format)
    {
        writer.Write('"');
        ScalarText.Write(writer, value, format, CultureInfo.InvariantCulture);
        writer.Write('"');
    }

    private static void WriteEscape(RecordWriter writer, char c)
    {
        switch (c)
        {
            case '"': writer.WriteUtf8("\\\""u8); break;
            case '\\': writer.WriteUtf8("\\\\"u8); break;
            case '\n': writer.WriteUtf8("\\n"u8); break;
            case '\r': writer.WriteUtf8("\\r"u8); break;
            case '\f': writer.WriteUtf8("\\f"u8); break;
            case '\t': writer.WriteUtf8("\\t"u8); break;
            default: writer.Write("\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture)); break;
        }
    }
}
