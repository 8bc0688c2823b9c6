using System.Globalization;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes values as JSON: the same bytes as Serilog's <see cref="JsonValueFormatter"/>, with type tags as <c>$type</c>.</summary>
internal static partial class JsonText
{
    private static readonly JsonValueFormatter Serilog = new("$type");

    public static void Write(RecordWriter writer, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue scalar:
                WriteScalar(writer, scalar);
                break;
            case SequenceValue sequence:
                WriteSequence(writer, sequence);
                break;
            case StructureValue structure:
                WriteStructure(writer, structure);
                break;
            case DictionaryValue dictionary:
                WriteDictionary(writer, dictionary);
                break;
            default:
                WriteOther(writer, value);
                break;
        }
    }

    /// <summary>Writes a JSON string with only the required escapes.</summary>
    public static void WriteQuoted(RecordWriter writer, string text)
    {
        writer.WriteRaw("\""u8);
        if (IndexOfEscaped(text) < 0)
            writer.Write(text);
        else
            WriteEscaped(writer, text);
        writer.WriteRaw("\""u8);
    }

    private static void WriteScalar(RecordWriter writer, ScalarValue scalar)
    {
        switch (scalar.Value)
        {
            case null:
                writer.WriteRaw("null"u8);
                break;
            case string text:
                WriteQuoted(writer, text);
                break;
            case bool isTrue:
                writer.WriteRaw(isTrue ? "true"u8 : "false"u8);
                break;
            case int or long or decimal or uint or ulong or short or ushort or byte or sbyte:
                ScalarText.Write(writer, scalar.Value, null, CultureInfo.InvariantCulture);
                break;
            case double number when !double.IsNaN(number) && !double.IsInfinity(number):
                ScalarText.Write(writer, number, "R", CultureInfo.InvariantCulture);
                break;
            case float number when !float.IsNaN(number) && !float.IsInfinity(number):
                ScalarText.Write(writer, number, "R", CultureInfo.InvariantCulture);
                break;
            case DateTime or DateTimeOffset:
                WriteAsText(writer, scalar.Value, "O");
                break;
            case Guid or TimeSpan:
                WriteAsText(writer, scalar.Value, null);
                break;
            default:
                WriteOther(writer, scalar);
                break;
        }
    }

    // Renders to a separate text first, because rendering may fail after it has written something.
    private static void WriteOther(RecordWriter writer, LogEventPropertyValue value)
    {
        try
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            Serilog.Format(value, text);
            writer.Write(text.ToString());
        }
        catch (Exception failure)
        {
            WriteQuoted(writer, Placeholder.For(value, failure));
        }
    }

    // For values whose text needs no escapes.
    private static void WriteAsText(RecordWriter writer, object value, string? format)
    {
        writer.WriteRaw("\""u8);
        ScalarText.Write(writer, value, format, CultureInfo.InvariantCulture);
        writer.WriteRaw("\""u8);
    }

    private static void WriteSequence(RecordWriter writer, SequenceValue sequence)
    {
        writer.WriteRaw("["u8);
        var elements = sequence.Elements;
        for (var i = 0; i < elements.Count; i++)
        {
            if (i > 0)
                writer.WriteRaw(","u8);
            Write(writer, elements[i]);
        }

        writer.WriteRaw("]"u8);
    }

    private static void WriteStructure(RecordWriter writer, StructureValue structure)
    {
        var properties = structure.Properties;
        for (var i = 0; i < properties.Count; i++)
        {
            WriteName(writer, properties[i].Name, isFirst: i == 0);
            Write(writer, properties[i].Value);
        }

        if (structure.TypeTag is { } tag)
        {
            WriteName(writer, "$type", isFirst: properties.Count == 0);
            WriteQuoted(writer, tag);
        }

        writer.WriteRaw(properties.Count == 0 && structure.TypeTag is null ? "{}"u8 : "}"u8);
    }

    private static void WriteDictionary(RecordWriter writer, DictionaryValue dictionary)
    {
        var isFirst = true;
        foreach (var element in dictionary.Elements)
        {
            WriteName(writer, NameOf(element.Key.Value), isFirst);
            Write(writer, element.Value);
            isFirst = false;
        }

        writer.WriteRaw(isFirst ? "{}"u8 : "}"u8);
    }

    private static string NameOf(object? key)
    {
        try
        {
            return key is null ? "null" : key.ToString() ?? "";
        }
        catch (Exception failure)
        {
            return Placeholder.For(key, failure);
        }
    }

    private static void WriteName(RecordWriter writer, string name, bool isFirst)
    {
        writer.WriteRaw(isFirst ? "{"u8 : ","u8);
        WriteQuoted(writer, name);
        writer.WriteRaw(":"u8);
    }

    private static void WriteEscaped(RecordWriter writer, string text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': writer.WriteRaw("\\\""u8); break;
                case '\\': writer.WriteRaw("\\\\"u8); break;
                case '\n': writer.WriteRaw("\\n"u8); break;
                case '\r': writer.WriteRaw("\\r"u8); break;
                case '\f': writer.WriteRaw("\\f"u8); break;
                case '\t': writer.WriteRaw("\\t"u8); break;
                case < ' ': writer.Write("\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture)); break;
                default: writer.Write(c); break;
            }
        }
    }
}
