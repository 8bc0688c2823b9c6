using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using OssLogSinks.Core.Records;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging.Formatting;

/// <summary>Writes an event as one line of compact JSON (CLEF), with the names and levels that Serilog's formatter writes.</summary>
internal sealed class ClefFormatter(bool includeScopes) : EventFormatter
{
    private const int MostTemplates = 1000;

    private static readonly TimestampText Time = TimestampText.TryRead("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture)!;
    private static readonly Regex Hole = new(@"\{\{|\{(?<name>[^{}:,]+)(?<alignment>,[^{}:]+)?:(?<format>[^{}]+)\}", RegexOptions.CultureInvariant);

    // Placeholders with a format, by template. They are rendered here, because a reader of the JSON no longer knows the values' types.
    private readonly ConcurrentDictionary<string, (string Name, string Format)[]> _formatted = new();

    public override void Write(LogCall call, RecordWriter writer)
    {
        var values = call.Values;
        writer.WriteRaw("{\"@t\":\""u8);
        Time.Write(call.Time, writer);
        writer.WriteRaw("\""u8);
        if (call.Template is { } template)
            WriteTemplate(template, call, writer);
        else
            WriteText(",\"@m\":"u8, call.FormatMessage() ?? "", writer);

        WriteHead(call, writer);
        WriteUnlessTaken("SourceContext", call.Category, call, writer);
        if (call.EventId.Name is { } name)
            WriteUnlessTaken("EventName", name, call, writer);
        for (var i = 0; i < (includeScopes ? values.Count : call.StateValues); i++)
            WriteValue(values[i].Key, values[i].Value, writer);
        if (includeScopes && call.ScopeTexts.Count > 0)
            WriteUnlessTaken("Scope", call.ScopeTexts, call, writer);

        writer.WriteRaw("}\n"u8);
    }

    private static void WriteHead(LogCall call, RecordWriter writer)
    {
        writer.WriteRaw(LevelOf(call.Level));
        if (call.Exception is { } exception)
            WriteText(",\"@x\":"u8, FailureText.Of(exception), writer);
        if (call.EventId.Id != 0)
        {
            writer.WriteRaw(",\"@i\":"u8);
            ScalarText.Write(writer, call.EventId.Id, null, CultureInfo.InvariantCulture);
        }

        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
            return;

        WriteText(",\"@tr\":"u8, activity.TraceId.ToHexString(), writer);
        WriteText(",\"@sp\":"u8, activity.SpanId.ToHexString(), writer);
    }

    private static ReadOnlySpan<byte> LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => ",\"@l\":\"Verbose\""u8,
        LogLevel.Debug => ",\"@l\":\"Debug\""u8,
        LogLevel.Warning => ",\"@l\":\"Warning\""u8,
        LogLevel.Error => ",\"@l\":\"Error\""u8,
        LogLevel.Critical => ",\"@l\":\"Fatal\""u8,

        // CLEF omits the level if it is Information.
        _ => [],
    };

    private static void WriteText(ReadOnlySpan<byte> name, string text, RecordWriter writer)
    {
        writer.WriteRaw(name);
        JsonText.WriteQuoted(writer, text);
    }

    private static void WriteUnlessTaken(string name, object value, LogCall call, RecordWriter writer)
    {
        if (call.Find(name) is null)
            WriteValue(name, value, writer);
    }

    private static void WriteValue(string name, object? value, RecordWriter writer)
    {
        WriteText(","u8, name.Length > 0 && name[0] == '@' ? "@" + name : name, writer);
        writer.WriteRaw(":"u8);
        if (JsonText.TryWrite(writer, value))
            return;

        if (ItemsOf(value) is { } items)
        {
            writer.WriteRaw("["u8);
            for (var i = 0; i < items.Length; i++)
            {
                writer.WriteRaw(i > 0 ? ","u8 : []);
                if (!JsonText.TryWrite(writer, items[i]))
                    JsonText.WriteQuoted(writer, TextOf(items[i]));
            }

            writer.WriteRaw("]"u8);
            return;
        }

        JsonText.WriteQuoted(writer, TextOf(value));
    }

    private static object?[]? ItemsOf(object? value)
    {
        try
        {
            return value is IEnumerable items and not IFormattable ? [.. items.Cast<object?>()] : null;
        }
        catch (Exception)
        {
            // Its text says more.
            return null;
        }
    }

    private static string TextOf(object? value, string format = "{0}")
    {
        try
        {
            return string.Format(CultureInfo.InvariantCulture, format, value);
        }
        catch (Exception failure)
        {
            return FailureText.Of(value, failure);
        }
    }

    private void WriteTemplate(string template, LogCall call, RecordWriter writer)
    {
        WriteText(",\"@mt\":"u8, template, writer);
        if (template.IndexOf(':') < 0)
            return;

        if (!_formatted.TryGetValue(template, out var formatted))
        {
            formatted = [.. Hole.Matches(template).Cast<Match>().Where(hole => hole.Groups["name"].Success)
                .Select(hole => (hole.Groups["name"].Value, $"{{0{hole.Groups["alignment"].Value}:{hole.Groups["format"].Value}}}"))];
            if (_formatted.Count < MostTemplates)
                _formatted[template] = formatted;
        }

        for (var i = 0; i < formatted.Length; i++)
            WriteText(i == 0 ? ",\"@r\":["u8 : ","u8, TextOf(call.Find(formatted[i].Name), formatted[i].Format), writer);
        writer.WriteRaw(formatted.Length > 0 ? "]"u8 : []);
    }
}
