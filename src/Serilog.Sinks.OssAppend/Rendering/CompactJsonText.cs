using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes events as compact JSON, without the line ending. Thread-safe.</summary>
internal sealed class CompactJsonText
{
    private readonly TemplateCache _templates = new();

    public void Write(LogEvent logEvent, RecordWriter writer)
    {
        var template = _templates.TextOf(logEvent.MessageTemplate);
        ClefText.Begin(logEvent.Timestamp, writer);
        writer.WriteUtf8(",\"@mt\":"u8);
        writer.WriteUtf8(template.Json);
        if (template.Formatted.Length > 0)
            RenderedText.Write(writer, template.Formatted, logEvent);

        WriteHead(logEvent, writer);
        foreach (var property in logEvent.PropertyMap())
            WriteProperty(property.Key, property.Value, writer);

        writer.Write('}');
    }

    private static void WriteHead(LogEvent logEvent, RecordWriter writer)
    {
        if (!ClefText.TryWriteLevel((int)logEvent.Level, writer))
            writer.Write($",\"@l\":\"{logEvent.Level}\"");
        ClefText.WriteException(logEvent.Exception, writer);
        if (logEvent.TraceId is { } trace)
            ClefText.WriteText(",\"@tr\":"u8, trace.ToHexString(), writer);
        if (logEvent.SpanId is { } span)
            ClefText.WriteText(",\"@sp\":"u8, span.ToHexString(), writer);
    }

    private static void WriteProperty(string name, LogEventPropertyValue value, RecordWriter writer)
    {
        ClefText.WriteName(name, writer);
        JsonValues.Write(writer, value);
    }
}
