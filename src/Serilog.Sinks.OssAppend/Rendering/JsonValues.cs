using System.Globalization;
using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>
/// Writes values as JSON: the same bytes as Serilog's <see cref="JsonValueFormatter"/>, with type tags as <c>$type</c>. A value that throws
/// becomes a text.
/// </summary>
internal static class JsonValues
{
    private static readonly JsonValueFormatter Serilog = new("$type");

    public static void Write(RecordWriter writer, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue scalar:
                if (!JsonText.TryWrite(writer, scalar.Value))
                    WriteOther(writer, scalar);
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
            JsonText.WriteQuoted(writer, Placeholder.For(value, failure));
        }
    }

    private static void WriteSequence(RecordWriter writer, SequenceValue sequence)
    {
        writer.Write('[');
        var elements = sequence.Elements;
        for (var i = 0; i < elements.Count; i++)
        {
            if (i > 0)
                writer.Write(',');
            Write(writer, elements[i]);
        }

        writer.Write(']');
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
            JsonText.WriteQuoted(writer, tag);
        }

        writer.WriteUtf8(properties.Count == 0 && structure.TypeTag is null ? "{}"u8 : "}"u8);
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

        writer.WriteUtf8(isFirst ? "{}"u8 : "}"u8);
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
        writer.Write(isFirst ? '{' : ',');
        JsonText.WriteQuoted(writer, name);
        writer.Write(':');
    }
}
