using OssLogSinks.Core.Records;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Pads a text with spaces to its width, counted in UTF-16 units as Serilog does. A longer text is unchanged.</summary>
internal static class Padded
{
    public static string Text(string text, Alignment? alignment) => alignment switch
    {
        null => text,
        { Direction: AlignmentDirection.Left } left => text.PadRight(Math.Max(0, left.Width)),
        { } right => text.PadLeft(Math.Max(0, right.Width)),
    };

    public static void Write(RecordWriter writer, string text, Alignment? alignment)
    {
        var missing = alignment is { } wanted ? wanted.Width - text.Length : 0;
        if (missing > 0 && alignment!.Value.Direction == AlignmentDirection.Right)
            WriteSpaces(writer, missing);
        writer.Write(text);
        if (missing > 0 && alignment!.Value.Direction == AlignmentDirection.Left)
            WriteSpaces(writer, missing);
    }

    private static void WriteSpaces(RecordWriter writer, int count)
    {
        writer.GetSpan(count).Slice(0, count).Fill((byte)' ');
        writer.Advance(count);
    }
}
