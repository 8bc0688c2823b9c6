using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Events;

namespace OssLogSinks.Tool.Reading;

/// <summary>Time and level of a line, read without the rest of it. Null where the line has none.</summary>
internal readonly record struct LineHead(DateTimeOffset? Time, LogEventLevel? Level)
{
    // Levels of text lines are looked for after the time: first one with a colon, then behind a bracket, a bar or a space, no farther than this.
    private const int LongestTextHead = 80;

    // Characters of "Information".
    private const int LongestLevel = 11;

    // Characters of 2026-11-22T17:00:00.0000000.
    private const int LengthWithoutOffset = 27;

    /// <summary>
    /// Reads a line of JSON: CLEF, or the names that NLog's JsonLayout is usually given, or those of the console's JSON. False if it is not valid
    /// JSON so far.
    /// </summary>
    public static bool TryReadJson(ReadOnlySpan<byte> line, out LineHead head)
    {
        head = default;
        DateTimeOffset? time = null;
        LogEventLevel? level = null;
        var isClef = false;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = FieldOf(ref reader);
                reader.Read();
                if (field == Field.None || reader.TokenType != JsonTokenType.String)
                {
                    reader.Skip();
                }
                else if (field is Field.ClefTime or Field.OtherTime)
                {
                    isClef |= field == Field.ClefTime;
                    time = field == Field.ClefTime ? TimeOf(ref reader) : time ?? TimeOf(ref reader);
                }
                else
                {
                    isClef |= field == Field.ClefLevel;
                    level = field == Field.ClefLevel ? Levels.Of(reader.GetString()) : level ?? Levels.Of(reader.GetString());
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        head = new LineHead(time, level ?? (isClef ? LogEventLevel.Information : null));
        return true;
    }

    /// <summary>Reads the time of a line that begins with CLEF's <c>@t</c>, as most writers put it, in UTC if it has no offset; null if it does not.</summary>
    public static DateTimeOffset? LeadingClefTime(ReadOnlySpan<byte> line)
    {
        var start = "{\"@t\":\""u8;
        if (!line.StartsWith(start) || !Utf8Parser.TryParse(line[start.Length..], out DateTimeOffset time, out var length, 'O'))
            return null;

        return length == LengthWithoutOffset ? InUtc(time) : time;
    }

    /// <summary>Reads a text line that begins with a date and time, in UTC if it has no offset; false if it does not begin so.</summary>
    public static bool TryReadText(ReadOnlySpan<byte> line, out LineHead head)
    {
        head = default;
        var text = line.Length > 0 && line[0] == '[' ? line[1..] : line;
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)' ') || text[13] != ':')
            return false;

        var end = 19;
        while (end < text.Length && end < 40 && (char.IsAsciiDigit((char)text[end]) || text[end] is (byte)'.' or (byte)','))
            end++;

        var clock = Encoding.ASCII.GetString(text[..end]).Replace(',', '.');
        var zone = ZoneAt(text[end..]);
        if (!DateTimeOffset.TryParse(clock + zone, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return false;

        head = new LineHead(time, LevelIn(text[end..Math.Min(text.Length, end + LongestTextHead)]));
        return true;
    }

    internal enum Field
    {
        None,
        ClefTime,
        ClefLevel,
        OtherTime,
        OtherLevel,
    }

    internal static Field FieldOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("@t"u8))
            return Field.ClefTime;
        if (reader.ValueTextEquals("@l"u8))
            return Field.ClefLevel;
        if (reader.ValueTextEquals("time"u8) || reader.ValueTextEquals("timestamp"u8) || reader.ValueTextEquals("Timestamp"u8))
            return Field.OtherTime;

        return reader.ValueTextEquals("level"u8) || reader.ValueTextEquals("Level"u8) || reader.ValueTextEquals("LogLevel"u8) ? Field.OtherLevel : Field.None;
    }

    /// <summary>Reads the time of a JSON string, in UTC if it has no offset; null if it is none.</summary>
    internal static DateTimeOffset? TimeOf(ref Utf8JsonReader reader)
    {
        if (reader.TryGetDateTimeOffset(out var time))
            return reader.ValueSpan is not [.., (byte)'Z'] && reader.TryGetDateTime(out var clock) && clock.Kind == DateTimeKind.Unspecified ? InUtc(time) : time;

        return DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time) ? time : null;
    }

    // The parsers of .NET take the zone of this machine where a time has no offset.
    private static DateTimeOffset InUtc(DateTimeOffset time) => new(time.DateTime, TimeSpan.Zero);

    private static string ZoneAt(ReadOnlySpan<byte> rest)
    {
        if (rest.Length > 0 && rest[0] == 'Z')
            return "Z";

        rest = rest.Length > 0 && rest[0] == ' ' ? rest[1..] : rest;
        return rest.Length >= 6 && rest[0] is (byte)'+' or (byte)'-' && rest[3] == ':' ? Encoding.ASCII.GetString(rest[..6]) : "";
    }

    private static LogEventLevel? LevelIn(ReadOnlySpan<byte> text)
    {
        if (LevelBeforeColon(text) is { } first)
            return first;

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ((byte)'[' or (byte)'|' or (byte)' '))
                continue;

            var length = text[(i + 1)..].IndexOfAny("]| "u8);
            if (length is >= 3 and <= LongestLevel && Levels.Of(Encoding.ASCII.GetString(text.Slice(i + 1, length))) is { } level)
                return level;
        }

        return null;
    }

    // The console formatters of Microsoft.Extensions.Logging write "warn: " right behind the time. Farther on, such a word belongs to a message.
    private static LogEventLevel? LevelBeforeColon(ReadOnlySpan<byte> text)
    {
        var rest = text.TrimStart("Z] "u8);
        if (ZoneAt(rest) is { Length: > 0 } zone)
            rest = rest[zone.Length..].TrimStart("] "u8);

        var length = rest.IndexOf((byte)':');
        return length is >= 3 and <= LongestLevel ? Levels.Of(Encoding.ASCII.GetString(rest[..length])) : null;
    }
}

/// <summary>Names of levels that Serilog, NLog and Microsoft.Extensions.Logging write.</summary>
internal static class Levels
{
    private static readonly Dictionary<string, LogEventLevel> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Verbose"] = LogEventLevel.Verbose,
        ["Trace"] = LogEventLevel.Verbose,
        ["VRB"] = LogEventLevel.Verbose,
        ["VERB"] = LogEventLevel.Verbose,
        ["TRC"] = LogEventLevel.Verbose,
        ["TRCE"] = LogEventLevel.Verbose,
        ["Debug"] = LogEventLevel.Debug,
        ["DBG"] = LogEventLevel.Debug,
        ["DBUG"] = LogEventLevel.Debug,
        ["Information"] = LogEventLevel.Information,
        ["Info"] = LogEventLevel.Information,
        ["INF"] = LogEventLevel.Information,
        ["Warning"] = LogEventLevel.Warning,
        ["Warn"] = LogEventLevel.Warning,
        ["WRN"] = LogEventLevel.Warning,
        ["Error"] = LogEventLevel.Error,
        ["ERR"] = LogEventLevel.Error,
        ["EROR"] = LogEventLevel.Error,
        ["Fail"] = LogEventLevel.Error,
        ["Fatal"] = LogEventLevel.Fatal,
        ["FTL"] = LogEventLevel.Fatal,
        ["FATL"] = LogEventLevel.Fatal,
        ["Critical"] = LogEventLevel.Fatal,
        ["CRT"] = LogEventLevel.Fatal,
        ["CRIT"] = LogEventLevel.Fatal,
    };

    /// <summary>The level of a name; null if it is none.</summary>
    public static LogEventLevel? Of(string? name) => name is not null && Names.TryGetValue(name, out var level) ? level : null;
}
