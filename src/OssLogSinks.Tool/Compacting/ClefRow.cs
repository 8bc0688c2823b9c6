using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OssLogSinks.Tool.Reading;
using Serilog.Templates;

namespace OssLogSinks.Tool.Compacting;

/// <summary>One CLEF event as the columns of a table. Nothing of the line is left out but white space between its members.</summary>
internal sealed record ClefRow
{
    /// <summary>The event's time in UTC, in whole microseconds.</summary>
    public DateTime Time { get; init; }

    /// <summary><c>@t</c> as it is written, with its offset and all its digits.</summary>
    public string TimeText { get; init; } = "";

    /// <summary><c>@l</c>; <c>Information</c> without one, as CLEF says.</summary>
    public string Level { get; init; } = "Information";

    /// <summary><c>@mt</c>; null without one.</summary>
    public string? Template { get; init; }

    /// <summary><c>@m</c>, or else the rendered <c>@mt</c>; null without both.</summary>
    public string? Message { get; init; }

    /// <summary><c>@x</c>; null without one.</summary>
    public string? Exception { get; init; }

    /// <summary><c>@i</c>, as text if it is a number; null without one.</summary>
    public string? EventId { get; init; }

    /// <summary><c>@tr</c>; null without one.</summary>
    public string? TraceId { get; init; }

    /// <summary><c>@sp</c>; null without one.</summary>
    public string? SpanId { get; init; }

    /// <summary>All other members as a JSON object, each as it is written.</summary>
    public string Properties { get; init; } = "{}";

    /// <summary>The values of the scalar properties, by name; a name that is there twice has none.</summary>
    public IReadOnlyDictionary<string, object?> Values { get; init; } = new Dictionary<string, object?>();
}

/// <summary>Reads lines as rows, or says why a line is no CLEF event. Not thread-safe.</summary>
internal sealed class ClefRowReader
{
    private static readonly ExpressionTemplate MessageOf = new("{@m}", CultureInfo.InvariantCulture);

    private readonly ClefEvent _events = new(EventParts.All, isForTerminal: false);
    private readonly ArrayBufferWriter<byte> _properties = new();

    /// <summary>Reads a line; null with the fault if it is no CLEF event.</summary>
    public ClefRow? TryRead(ReadOnlySpan<byte> line, out string fault)
    {
        fault = "is no CLEF event";
        if (!Utf8.IsValid(line))
        {
            fault = "is not UTF-8";
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(line);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Read(ref reader, line) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The rendered message of a line without <c>@m</c>; its template if that has no places.</summary>
    public string? Render(ReadOnlySpan<byte> line, string template)
    {
        if (!template.AsSpan().ContainsAny('{', '}'))
            return template;
        if (_events.TryRead(line) is not { } logEvent)
            return null;

        using var message = new StringWriter(CultureInfo.InvariantCulture);
        MessageOf.Format(logEvent, message);
        return message.ToString();
    }

    private ClefRow? Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var fields = new Dictionary<string, string>(8, StringComparer.Ordinal);
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        DateTimeOffset? time = null;
        string? message = null;
        _properties.ResetWrittenCount();
        _properties.Write("{"u8);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)reader.TokenStartIndex;
            var name = reader.GetString()!;
            var nameLength = reader.ValueSpan.Length + 2;
            reader.Read();
            if (ClefFields.TextOf(name, ref reader) is { } text)
            {
                if (!fields.TryAdd(name, text))
                    return null;
                if (name == "@t")
                    time = LineHead.TimeOf(ref reader);
                continue;
            }

            var valueStart = (int)reader.TokenStartIndex;
            Keep(values, name, ScalarOf(ref reader));
            reader.Skip();
            if (_properties.WrittenCount > 1)
                _properties.Write(","u8);
            _properties.Write(line.Slice(nameStart, nameLength));
            _properties.Write(":"u8);
            _properties.Write(line[valueStart..(int)reader.BytesConsumed]);
        }

        _properties.Write("}"u8);
        if (reader.Read() || time is not { } at)
            return null;

        var template = fields.GetValueOrDefault("@mt");
        message = fields.GetValueOrDefault("@m") ?? (template is null ? null : Render(line, template));
        return new ClefRow
        {
            Time = new DateTime(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc),
            TimeText = fields["@t"],
            Level = fields.GetValueOrDefault("@l", "Information"),
            Template = template,
            Message = message,
            Exception = fields.GetValueOrDefault("@x"),
            EventId = fields.GetValueOrDefault("@i"),
            TraceId = fields.GetValueOrDefault("@tr"),
            SpanId = fields.GetValueOrDefault("@sp"),
            Properties = Encoding.UTF8.GetString(_properties.WrittenSpan),
            Values = values,
        };
    }

    private static void Keep(Dictionary<string, object?> values, string name, object? value) =>
        values[name] = values.ContainsKey(name) ? Unsuitable.Value : value;

    // A value that is no scalar, or has half a surrogate pair, is not null: it says that the property has no column.
    private static object? ScalarOf(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.True or JsonTokenType.False:
                return reader.TokenType == JsonTokenType.True;
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                return whole;
            case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number):
                return number;
            case JsonTokenType.String:
                try
                {
                    return reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    return Unsuitable.Value;
                }

            default:
                return Unsuitable.Value;
        }
    }
}

/// <summary>The members of CLEF that have columns.</summary>
internal static class ClefFields
{
    private static readonly HashSet<string> Names = ["@t", "@l", "@mt", "@m", "@x", "@i", "@tr", "@sp"];

    /// <summary>The text of a member that has a column; null for another member, or a value that such a column cannot have.</summary>
    public static string? TextOf(string name, ref Utf8JsonReader value)
    {
        if (!Names.Contains(name))
            return null;
        if (name == "@i" && value.TokenType == JsonTokenType.Number)
            return Encoding.ASCII.GetString(value.ValueSpan);

        return value.TokenType == JsonTokenType.String ? value.GetString() : null;
    }

    /// <summary>The same for a value that was read as a document.</summary>
    public static string? TextOf(JsonProperty member)
    {
        if (!Names.Contains(member.Name))
            return null;
        if (member.NameEquals("@i") && member.Value.ValueKind == JsonValueKind.Number)
            return member.Value.GetRawText();

        return member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
    }
}

/// <summary>In place of a value that no column can have.</summary>
internal sealed class Unsuitable
{
    public static readonly Unsuitable Value = new();

    private Unsuitable()
    {
    }
}
