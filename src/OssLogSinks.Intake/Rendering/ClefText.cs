using System.Diagnostics;
using System.Globalization;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>Writes the parts of an event in compact JSON (CLEF) that do not depend on the framework. Thread-safe.</summary>
internal static class ClefText
{
    private static readonly TimestampText Time = TimestampText.TryRead("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture)!;

    /// <summary>Begins the object, with the time.</summary>
    public static void Begin(DateTimeOffset time, RecordWriter writer)
    {
        writer.WriteUtf8("{\"@t\":\""u8);
        Time.Write(time.ToUniversalTime(), writer);
        writer.Write('"');
    }

    /// <summary>Writes a text.</summary>
    /// <param name="name">Comma, name in quotes and colon.</param>
    /// <param name="text">The text.</param>
    /// <param name="writer">Receives it.</param>
    public static void WriteText(ReadOnlySpan<byte> name, string text, RecordWriter writer)
    {
        writer.WriteUtf8(name);
        JsonText.WriteQuoted(writer, text);
    }

    /// <summary>Writes the level, from 0 for Verbose to 5 for Fatal; false for any other.</summary>
    public static bool TryWriteLevel(int level, RecordWriter writer)
    {
        writer.WriteUtf8(level switch
        {
            0 => ",\"@l\":\"Verbose\""u8,
            1 => ",\"@l\":\"Debug\""u8,
            3 => ",\"@l\":\"Warning\""u8,
            4 => ",\"@l\":\"Error\""u8,
            5 => ",\"@l\":\"Fatal\""u8,

            // CLEF omits the level if it is Information.
            _ => [],
        });
        return level is >= 0 and <= 5;
    }

    /// <summary>Writes the exception, if there is one.</summary>
    public static void WriteException(Exception? exception, RecordWriter writer)
    {
        if (exception is not null)
            WriteText(",\"@x\":"u8, FailureText.Of(exception), writer);
    }

    /// <summary>Writes the ids of the current activity, if there is one with ids in the W3C format.</summary>
    public static void WriteActivity(RecordWriter writer)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
            return;

        WriteText(",\"@tr\":"u8, activity.TraceId.ToHexString(), writer);
        WriteText(",\"@sp\":"u8, activity.SpanId.ToHexString(), writer);
    }

    /// <summary>Writes comma, name and colon of a property.</summary>
    public static void WriteName(string name, RecordWriter writer)
    {
        WriteText(","u8, name.Length > 0 && name[0] == '@' ? "@" + name : name, writer);
        writer.Write(':');
    }
}
