
#if NETSTANDARD2_0
namespace OssLogSinks.Intake.Rendering;

/// <content>For .NET Standard 2.0, which searches for one character at a time.</content>
internal static partial class JsonText
{
    private static int IndexOfEscaped(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' or '"' or '\\')
                return i;
        }

        return -1;
    }

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
