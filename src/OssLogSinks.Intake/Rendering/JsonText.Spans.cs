#if !NETSTANDARD2_0
using System.Buffers;
using System.Text;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <content>For .NET 8 and later, which search for many characters at once.</content>
internal static partial class JsonText
{
    private const string EscapedText =
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\v\f\r\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F";

    private static readonly SearchValues<char> Escaped = SearchValues.Create(EscapedText);

    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(Encoding.ASCII.GetBytes(EscapedText));

    /// <summary>Whether a JSON string must escape any of it.</summary>
    public static bool HasEscaped(ReadOnlySpan<byte> utf8) => utf8.ContainsAny(EscapedBytes);

    // The next character that must be escaped; the text's end if there is none.
    private static int EscapedFrom(string text, int start)
    {
        var length = text.AsSpan(start).IndexOfAny(Escaped);
        return length < 0 ? text.Length : start + length;
    }

    private static void WritePart(RecordWriter writer, string text, int start, int end) => writer.Write(text.AsSpan(start, end - start));
}
#endif
