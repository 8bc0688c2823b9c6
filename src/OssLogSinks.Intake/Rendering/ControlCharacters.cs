using System.Globalization;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>
/// Escapes what an attacker writes to forge or hide log lines: line ends, escape sequences of terminals and other control characters, and
/// characters that change the direction of text. <c>\n</c>, <c>\r</c> and <c>\u001B</c> for instance. Tabs stay. Thread-safe.
/// </summary>
internal static class ControlCharacters
{
    private const string Indentation = "   ";

    /// <summary>Escapes what was written after a number of bytes.</summary>
    /// <param name="writer">Has the text.</param>
    /// <param name="start">Where the text begins.</param>
    /// <param name="keepsLines">
    /// Whether line ends stay, as in an exception. Each further line that is not empty then begins with white space or with an escape, so that
    /// none looks like an event.
    /// </param>
    public static void Escape(RecordWriter writer, int start, bool keepsLines = false)
    {
        if (!HasAny(writer.Written.Span.Slice(start)))
            return;

        ReadOnlySpan<byte> copy = writer.Written.ToArray();
        writer.Reset();
        writer.WriteUtf8(copy.Slice(0, start));
        var plainFrom = start;
        for (var at = start; at < copy.Length;)
        {
            var length = LengthAt(copy, at);
            if (length == 0)
            {
                at++;
                continue;
            }

            writer.WriteUtf8(copy.Slice(plainFrom, at - plainFrom));
            if (keepsLines && IsLineEnd(copy, at))
                WriteLineEnd(writer, copy, at);
            else
                WriteEscaped(writer, CodeAt(copy, at, length));
            at += length;
            plainFrom = at;
        }

        writer.WriteUtf8(copy.Slice(plainFrom));
    }

    private static bool HasAny(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (LengthAt(text, i) > 0)
                return true;
        }

        return false;
    }

    // How many bytes a character to escape has; zero for any other.
    private static int LengthAt(ReadOnlySpan<byte> text, int at) => text[at] switch
    {
        (byte)'\t' => 0,
        < 0x20 or 0x7F => 1,

        // U+0080 to U+009F: control characters too, CSI of terminals among them.
        0xC2 => at + 1 < text.Length && text[at + 1] is >= 0x80 and <= 0x9F ? 2 : 0,

        // U+061C: a mark of direction.
        0xD8 => at + 1 < text.Length && text[at + 1] == 0x9C ? 2 : 0,
        0xE2 => at + 2 < text.Length && IsFormatting(text[at + 1], text[at + 2]) ? 3 : 0,
        _ => 0,
    };

    // U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069: directions, and separators of lines and paragraphs.
    private static bool IsFormatting(byte second, byte third) =>
        (second == 0x80 && third is 0x8E or 0x8F or (>= 0xA8 and <= 0xAE)) || (second == 0x81 && third is >= 0xA6 and <= 0xA9);

    private static int CodeAt(ReadOnlySpan<byte> text, int at, int length) => length switch
    {
        1 => text[at],
        2 => ((text[at] & 0x1F) << 6) | (text[at + 1] & 0x3F),
        _ => ((text[at] & 0x0F) << 12) | ((text[at + 1] & 0x3F) << 6) | (text[at + 2] & 0x3F),
    };

    private static bool IsLineEnd(ReadOnlySpan<byte> text, int at) =>
        text[at] == '\n' || (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n');

    private static void WriteLineEnd(RecordWriter writer, ReadOnlySpan<byte> text, int at)
    {
        writer.WriteUtf8(text.Slice(at, 1));
        if (text[at] == '\n' && at + 1 < text.Length && text[at + 1] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            writer.Write(Indentation);
    }

    private static void WriteEscaped(RecordWriter writer, int code) => writer.Write(code switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        _ => "\\u" + code.ToString("X4", CultureInfo.InvariantCulture),
    });
}
