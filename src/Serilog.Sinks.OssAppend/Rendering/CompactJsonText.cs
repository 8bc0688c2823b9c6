using System.Globalization;
using OssLogSinks.Core.Records;
using OssLogSinks.Intake.Rendering;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Writes events as compact JSON, without the line ending. Thread-safe.</summary>
internal sealed class CompactJsonText
{
    private static readonly TimestampText Time = TimestampText.TryRead("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture)!;

    private readonly TemplateCache _templates = new();

    public void Write(LogEvent logEvent, RecordWriter writer)
    {
        var template = _templates.TextOf(logEvent.MessageTemplate);
        writer.WriteRaw("{\"@t\":\""u8);
        Time.Write(logEvent.Timestamp.ToUniversalTime(), writer);
        writer.WriteRaw("\",\"@mt\":"u8);
        writer.WriteRaw(template.Json);
        if (template.Formatted.Length > 0)
            RenderedText.Write(writer, template.Formatted, logEvent);

        WriteHead(logEvent, writer);
        foreach (var property in logEvent.PropertyMap())
            WriteProperty(property.Key, property.Value, writer);

        writer.WriteRaw("}"u8);
    }

    private static void WriteHead(LogEvent logEvent, RecordWriter writer)
    {
        writer.WriteRaw(LevelOf(logEvent.Level));
        if (logEvent.Level is < LogEventLevel.Verbose or > LogEventLevel.Fatal)
            writer.Write($",\"@l\":\"{logEvent.Level}\"");

        if (logEvent.Exception is { } exception)
        {
            writer.WriteRaw(",\"@x\":"u8);
            JsonText.WriteQuoted(writer, FailureText.Of(exception));
        }

        if (logEvent.TraceId is { } trace)
            WriteId(",\"@tr\":\""u8, trace.ToHexString(), writer);
        if (logEvent.SpanId is { } span)
            WriteId(",\"@sp\":\""u8, span.ToHexString(), writer);
    }

    private static ReadOnlySpan<byte> LevelOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => ",\"@l\":\"Verbose\""u8,
        LogEventLevel.Debug => ",\"@l\":\"Debug\""u8,
        LogEventLevel.Warning => ",\"@l\":\"Warning\""u8,
        LogEventLevel.Error => ",\"@l\":\"Error\""u8,
        LogEventLevel.Fatal => ",\"@l\":\"Fatal\""u8,

        // CLEF omits the level if it is Information.
        _ => [],
    };

    private static void WriteId(ReadOnlySpan<byte> name, string id, RecordWriter writer)
    {
        writer.WriteRaw(name);
        writer.Write(id);
        writer.WriteRaw("\""u8);
    }

    private static void WriteProperty(string name, LogEventPropertyValue value, RecordWriter writer)
    {
        writer.WriteRaw(","u8);
        JsonText.WriteQuoted(writer, name.Length > 0 && name[0] == '@' ? "@" + name : name);
        writer.WriteRaw(":"u8);
        JsonValues.Write(writer, value);
    }
}
