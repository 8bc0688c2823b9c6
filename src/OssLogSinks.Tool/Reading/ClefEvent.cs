using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Serilog.Events;
using Serilog.Parsing;

namespace OssLogSinks.Tool.Reading;

/// <summary>Which parts of an event are needed: a filter that names two properties does not pay for the others.</summary>
/// <param name="Properties">The top-level properties, UTF-8; null for all.</param>
/// <param name="HasMessage">Whether message and exception are needed.</param>
internal sealed record EventParts(byte[][]? Properties, bool HasMessage)
{
    public static EventParts All { get; } = new(null, true);
}

/// <summary>
/// Reads a line of JSON as an event of Serilog. Control characters in it are replaced, so that a log cannot steer a terminal, unless the
/// text is not for one.
/// </summary>
internal sealed class ClefEvent
{
    private const int MostTemplates = 2000;
    private const int DeepestValue = 32;

    private static readonly MessageTemplateParser Parser = new();

    private readonly EventParts _parts;

    // Used by one thread. Most lines have one of a few templates.
    private readonly Dictionary<string, MessageTemplate> _templates = new(StringComparer.Ordinal);

    private readonly bool _isForTerminal;

    public ClefEvent(EventParts parts, bool isForTerminal = true)
    {
        _parts = parts;
        _isForTerminal = isForTerminal;
    }

    /// <summary>Reads a line; null if it is no JSON object that can be read as an event.</summary>
    public LogEvent? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Read(ref reader) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>An event for a line of text.</summary>
    public static LogEvent OfText(ReadOnlySpan<byte> line, in LineHead head) =>
        new(head.Time ?? default, head.Level ?? LogEventLevel.Information, null, TextTemplate(Printable.Text(Encoding.UTF8.GetString(line))), []);

    private LogEvent Read(ref Utf8JsonReader reader)
    {
        var fields = new Fields();
        var properties = new List<LogEventProperty>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadField(ref reader, ref fields))
                continue;

            if (!IsNeeded(ref reader))
            {
                reader.Skip();
                continue;
            }

            var name = reader.GetString()!;
            reader.Read();
            var value = ValueOf(ref reader, 0);
            if (name.StartsWith("@@", StringComparison.Ordinal))
                name = name[1..];
            if (!fields.IsClef && name is "message" or "Message" && value is ScalarValue { Value: string text })
                fields.OtherMessage = text;
            if (LogEventProperty.IsValidName(name))
                properties.Add(new LogEventProperty(name, value));
        }

        var template = fields.Template is { } mt ? TemplateOf(mt, fields.Renderings) : TextTemplate(fields.Message ?? fields.OtherMessage ?? "");
        return LogEvent.UnstableAssembleFromParts(
            fields.Time ?? default, fields.Level ?? LogEventLevel.Information, fields.Exception is { } x ? new ExceptionText(x) : null, template, ToDictionary(properties), fields.TraceId, fields.SpanId);
    }

    private string Shown(string text) => _isForTerminal ? Printable.Text(text) : text;

    private static Dictionary<string, LogEventPropertyValue> ToDictionary(List<LogEventProperty> properties)
    {
        var dictionary = new Dictionary<string, LogEventPropertyValue>(properties.Count);
        foreach (var property in properties)
            dictionary[property.Name] = property.Value;

        return dictionary;
    }

    // The reader is at a name. If true, the field was one of CLEF's, and the reader is at the value's end. If false, the reader has not moved:
    // time and level of other layouts are read ahead, and are properties too.
    private bool ReadField(ref Utf8JsonReader reader, ref Fields fields)
    {
        var field = LineHead.FieldOf(ref reader);
        if (field is LineHead.Field.ClefTime or LineHead.Field.ClefLevel)
        {
            reader.Read();
            fields.IsClef = true;
            if (field == LineHead.Field.ClefTime)
                fields.Time = LineHead.TimeOf(ref reader);
            else
                fields.Level = Levels.Of(reader.GetString());

            return true;
        }

        if (field != LineHead.Field.None && !fields.IsClef)
        {
            var ahead = reader;
            ahead.Read();
            if (ahead.TokenType == JsonTokenType.String && field == LineHead.Field.OtherTime)
                fields.Time ??= LineHead.TimeOf(ref ahead);
            else if (ahead.TokenType == JsonTokenType.String)
                fields.Level ??= Levels.Of(ahead.GetString());

            return false;
        }

        return reader.ValueSpan is [(byte)'@', not (byte)'@', ..] && ReadClefField(ref reader, ref fields);
    }

    private bool ReadClefField(ref Utf8JsonReader reader, ref Fields fields)
    {
        var name = reader.GetString();
        reader.Read();
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && name != "@r")
        {
            reader.Skip();
            return true;
        }

        switch (name)
        {
            case "@mt" when _parts.HasMessage:
                fields.Template = TextOf(reader);
                break;
            case "@m" when _parts.HasMessage:
                fields.Message = Shown(TextOf(reader) ?? "");
                break;
            case "@x" when _parts.HasMessage:
                fields.Exception = TextOf(reader) is { } exception ? Shown(exception) : null;
                break;
            case "@r":
                fields.Renderings = ReadRenderings(ref reader);
                break;
            case "@tr" when TextOf(reader) is { Length: 32 } trace:
                fields.TraceId = ActivityTraceId.CreateFromString(trace);
                break;
            case "@sp" when TextOf(reader) is { Length: 16 } span:
                fields.SpanId = ActivitySpanId.CreateFromString(span);
                break;
            default:
                reader.Skip();
                break;
        }

        return true;
    }

    // A field of another type is left out, so that a line is an event or not, no matter which parts of it are needed.
    private static string? TextOf(in Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String ? reader.GetString() : null;

    private List<string>? ReadRenderings(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var renderings = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
                renderings.Add(Shown(reader.GetString()!));
            else
                reader.Skip();
        }

        return renderings;
    }

    private bool IsNeeded(ref Utf8JsonReader reader)
    {
        if (_parts.Properties is null)
            return true;

        foreach (var needed in _parts.Properties)
        {
            if (reader.ValueTextEquals(needed))
                return true;
        }

        return false;
    }

    private LogEventPropertyValue ValueOf(ref Utf8JsonReader reader, int depth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return new ScalarValue(Shown(reader.GetString()!));
            case JsonTokenType.Number:
                return new ScalarValue(NumberOf(ref reader));
            case JsonTokenType.True:
                return new ScalarValue(true);
            case JsonTokenType.False:
                return new ScalarValue(false);
            case JsonTokenType.StartArray when depth < DeepestValue:
                var elements = new List<LogEventPropertyValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    elements.Add(ValueOf(ref reader, depth + 1));

                return new SequenceValue(elements);
            case JsonTokenType.StartObject when depth < DeepestValue:
                return StructureOf(ref reader, depth);
            default:
                reader.Skip();
                return new ScalarValue(null);
        }
    }

    private static object NumberOf(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var whole))
            return whole;

        return reader.TryGetDecimal(out var number) ? (object)number : reader.GetDouble();
    }

    private StructureValue StructureOf(ref Utf8JsonReader reader, int depth)
    {
        var members = new List<LogEventProperty>();
        string? tag = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var value = ValueOf(ref reader, depth + 1);
            if (name == "$type" && value is ScalarValue { Value: string type })
                tag = type;
            else if (LogEventProperty.IsValidName(name))
                members.Add(new LogEventProperty(name, value));
        }

        return new StructureValue(members, tag);
    }

    private MessageTemplate TemplateOf(string text, List<string>? renderings)
    {
        if (!_templates.TryGetValue(text, out var template))
        {
            template = Parser.Parse(Shown(text));
            if (_templates.Count < MostTemplates)
                _templates[text] = template;
        }

        return renderings is { Count: > 0 } ? WithRenderings(template, renderings) : template;
    }

    // The writer rendered the places that have a format, in their order: the types of the values are lost in JSON.
    private static MessageTemplate WithRenderings(MessageTemplate template, List<string> renderings)
    {
        var next = 0;
        return new MessageTemplate(template.Text, template.Tokens.Select(token =>
            token is PropertyToken { Format: not null } && next < renderings.Count ? new TextToken(renderings[next++]) : token));
    }

    private static MessageTemplate TextTemplate(string text) => text.Length == 0 ? MessageTemplate.Empty : new MessageTemplate(text, [new TextToken(text)]);

    private struct Fields
    {
        public bool IsClef;
        public DateTimeOffset? Time;
        public LogEventLevel? Level;
        public string? Template;
        public string? Message;
        public string? OtherMessage;
        public string? Exception;
        public List<string>? Renderings;
        public ActivityTraceId TraceId;
        public ActivitySpanId SpanId;
    }

    // An exception that is only known by its text.
    private sealed class ExceptionText(string text) : Exception(text)
    {
        public override string ToString() => Message;
    }
}

/// <summary>Makes text harmless for a terminal.</summary>
internal static class Printable
{
    /// <summary>
    /// Replaces control characters, except tab and LF, by their pictures; those from U+0080 on, which have none, and characters that embed,
    /// override or isolate a reading direction by U+FFFD.
    /// </summary>
    public static string Text(string text)
    {
        return !HasHarm(text) ? text : string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = Shown(source[i]);
        });
    }

    private static bool HasHarm(string text)
    {
        foreach (var c in text)
        {
            if (IsHarmful(c))
                return true;
        }

        return false;
    }

    private static bool IsHarmful(char c) =>
        (c < ' ' && c is not ('\t' or '\n')) || c is (>= '\u007F' and < '\u00A0') or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static char Shown(char c) => !IsHarmful(c) ? c : c < ' ' ? (char)('\u2400' + c) : c == '\u007F' ? '\u2421' : '\uFFFD';
}
