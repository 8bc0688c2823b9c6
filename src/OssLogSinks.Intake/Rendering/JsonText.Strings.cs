
#if NETSTANDARD2_0
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <content>For .NET Standard 2.0, which searches for one character at a time.</content>
internal static partial class JsonText
{
    // The next character that must be escaped; the text's end if there is none.
    private static int EscapedFrom(string text, int start)
    {
        while (start < text.Length && text[start] is not (< ' ' or '"' or '\\'))
            start++;

        return start;
    }

    private static void WritePart(RecordWriter writer, string text, int start, int end) =>
        writer.Write(end - start == text.Length ? text : text.Substring(start, end - start));

    /// <summary>Whether a JSON string must escape any of it.</summary>
    public static bool HasEscaped(ReadOnlySpan<byte> utf8)
    {
        foreach (var b in utf8)
        {
            if (b is < (byte)' ' or (byte)'"' or (byte)'\\')
                return true;
        }

        return false;
    }
}
#endif
