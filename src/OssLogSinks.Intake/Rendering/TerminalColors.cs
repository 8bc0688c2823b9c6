using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>Removes the colors that a formatter for terminals writes: escape, bracket, numbers and an m.</summary>
internal static class TerminalColors
{
    private const byte Escape = 0x1B;

    public static void Remove(RecordWriter writer)
    {
        if (writer.Written.Span.IndexOf(Escape) < 0)
            return;

        ReadOnlySpan<byte> rest = writer.Written.ToArray();
        writer.Reset();
        for (int start; (start = rest.IndexOf(Escape)) >= 0;)
        {
            var end = LengthOf(rest.Slice(start));
            writer.WriteUtf8(rest.Slice(0, end > 0 ? start : start + 1));
            rest = rest.Slice(start + Math.Max(end, 1));
        }

        writer.WriteUtf8(rest);
    }

    // Zero if the escape begins no color.
    private static int LengthOf(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[1] != '[')
            return 0;

        var end = 2;
        while (end < text.Length && text[end] is (>= (byte)'0' and <= (byte)'9') or (byte)';')
            end++;
        return end < text.Length && text[end] == 'm' ? end + 1 : 0;
    }
}
