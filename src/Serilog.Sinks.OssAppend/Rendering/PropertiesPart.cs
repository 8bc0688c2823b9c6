using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes the event's properties that neither its message nor the output template shows elsewhere.</summary>
internal sealed class PropertiesPart : OutputPart
{
    private readonly bool _isJson;
    private readonly HashSet<string> _shown;
    private readonly IFormatProvider? _provider;

    /// <param name="format">If it contains <c>j</c>, the properties are written as a JSON object.</param>
    /// <param name="shown">The names in the output template.</param>
    /// <param name="provider">The culture.</param>
    public PropertiesPart(string? format, HashSet<string> shown, IFormatProvider? provider)
    {
        _isJson = format?.Contains('j') == true;
        _shown = shown;
        _provider = provider;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        writer.WriteUtf8(_isJson ? "{"u8 : "{ "u8);
        var isFirst = true;
        foreach (var property in logEvent.PropertyMap())
        {
            if (_shown.Contains(property.Key) || IsShown(logEvent.MessageTemplate, property.Key))
                continue;

            if (!isFirst)
                writer.WriteUtf8(_isJson ? ","u8 : ", "u8);
            isFirst = false;
            Write(property.Key, property.Value, writer);
        }

        writer.WriteUtf8(_isJson ? "}"u8 : " }"u8);
    }

    private void Write(string name, LogEventPropertyValue value, RecordWriter writer)
    {
        if (_isJson)
        {
            JsonText.WriteQuoted(writer, name);
            writer.Write(':');
            JsonValues.Write(writer, value);
        }
        else
        {
            writer.Write(name);
            writer.WriteUtf8(": "u8);
            ValueText.Write(writer, value, null, _provider);
        }
    }

    private static bool IsShown(MessageTemplate template, string name)
    {
        foreach (var token in template.TokenArray())
        {
            if (token is PropertyToken property && property.PropertyName == name)
                return true;
        }

        return false;
    }
}
