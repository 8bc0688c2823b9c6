using System.Text;

namespace OssLogSinks.Emulator.Protocol;

/// <summary>Percent-encoding as in OSS signatures: everything but the RFC 3986 unreserved characters, in upper-case hex.</summary>
internal static class PercentEncoding
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static string Encode(string text) => Uri.EscapeDataString(text);

    public static string EncodePath(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);

    /// <summary>Null if the text is invalid: a broken escape, or invalid UTF-8.</summary>
    public static string? TryDecode(ReadOnlySpan<char> text, bool plusIsSpace = false)
    {
        if (text.IndexOfAny("%+") < 0 && System.Text.Ascii.IsValid(text))
            return text.ToString();

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length
                    || !byte.TryParse(text.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out bytes[length]))
                {
                    return null;
                }

                length++;
                i += 2;
            }
            else if (text[i] == '+' && plusIsSpace)
            {
                bytes[length++] = (byte)' ';
            }
            else
            {
                var run = char.IsSurrogate(text[i]) ? 2 : 1;
                length += Encoding.UTF8.GetBytes(text.Slice(i, Math.Min(run, text.Length - i)), bytes.AsSpan(length));
                i += run - 1;
            }
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
