using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace OssLogSinks.Tool.Checks;

/// <summary>Where the numbers of lines are.</summary>
/// <param name="Number">The JSON field with a whole number that grows by one from line to line of one writer.</param>
/// <param name="Writer">The JSON field with the writer; without it, all lines of a stream have one writer.</param>
internal sealed record SequenceFields(string Number, string Writer)
{
    /// <summary>The field that the sinks write with <c>includeSequence</c>.</summary>
    public const string NumberOfSinks = "OssSequence";

    /// <summary>The field of the writer that the sinks write.</summary>
    public const string WriterOfSinks = "OssWriter";

    // In a text: '#', the sequence, '-', the process, ':', the number.
    private const int SequenceLength = 12;
    private const int WriterLength = SequenceLength + 5;

    private static ReadOnlySpan<byte> NumberField => "\"OssSequence\":"u8;

    private static ReadOnlySpan<byte> WriterField => ",\"OssWriter\":\""u8;

    private static ReadOnlySpan<byte> FieldsEnd => "\"}"u8;

    /// <summary>Whether a writer's name is one that the sinks give.</summary>
    public static bool IsOfSink(string writer) => writer.Length == WriterLength && IsWriter(Encoding.UTF8.GetBytes(writer));

    /// <summary>What several processes have in common that continue one sequence.</summary>
    public static string SequenceOf(string writer) => writer[..SequenceLength];

    /// <summary>Reads the number of a JSON line.</summary>
    public bool TryReadJson(ReadOnlySpan<byte> json, out NumberedLine line)
    {
        line = default;
        var isFound = false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isNumber = reader.ValueTextEquals(Number);
            var isWriter = !isNumber && reader.ValueTextEquals(Writer);
            reader.Read();
            if (isNumber && reader.TokenType == JsonTokenType.Number)
            {
                isFound = reader.TryGetInt64(out var number);
                line = line with { Number = number };
            }
            else if (isWriter && reader.TokenType == JsonTokenType.String)
            {
                line = line with { Writer = reader.GetString() };
            }
            else
            {
                reader.Skip();
            }
        }

        return isFound;
    }

    /// <summary>Reads the last number in a line of text.</summary>
    public static bool TryReadText(ReadOnlySpan<byte> text, out NumberedLine line)
    {
        if (TryReadFieldsAtEnd(text, out line))
            return true;

        while (text.LastIndexOf((byte)'#') is >= 0 and var at)
        {
            var mark = text[(at + 1)..];
            if (mark.Length > WriterLength + 1 && mark[WriterLength] == ':' && IsWriter(mark[..WriterLength]) && Utf8Parser.TryParse(mark[(WriterLength + 1)..], out ulong number, out _) && number <= long.MaxValue)
            {
                line = new NumberedLine((long)number, Encoding.ASCII.GetString(mark[..WriterLength]));
                return true;
            }

            text = text[..at];
        }

        line = default;
        return false;
    }

    // A text that looks like JSON gets fields too, although it may not be JSON.
    private static bool TryReadFieldsAtEnd(ReadOnlySpan<byte> text, out NumberedLine line)
    {
        line = default;
        var begin = text.LastIndexOf(NumberField);
        if (begin < 0 || !Utf8Parser.TryParse(text[(begin + NumberField.Length)..], out ulong number, out var digits) || number > long.MaxValue)
            return false;

        var rest = text[(begin + NumberField.Length + digits)..];
        if (rest.Length != WriterField.Length + WriterLength + FieldsEnd.Length || !rest.StartsWith(WriterField) || !rest.EndsWith(FieldsEnd) || !IsWriter(rest[WriterField.Length..]))
            return false;

        line = new NumberedLine((long)number, Encoding.ASCII.GetString(rest.Slice(WriterField.Length, WriterLength)));
        return true;
    }

    private static bool IsWriter(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < WriterLength; i++)
        {
            if (i == SequenceLength ? bytes[i] != '-' : !char.IsAsciiDigit((char)bytes[i]) && !char.IsAsciiLetterLower((char)bytes[i]))
                return false;
        }

        return true;
    }
}

/// <summary>The number that a line has, and whose it is.</summary>
/// <param name="Number">The number.</param>
/// <param name="Writer">The writer; null if the line does not say.</param>
internal readonly record struct NumberedLine(long Number, string? Writer);
