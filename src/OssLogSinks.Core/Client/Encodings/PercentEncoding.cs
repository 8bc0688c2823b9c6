using System.Text;

namespace OssLogSinks.Core.Client.Encodings;

/// <summary>
/// Percent-encoding as OSS signs it: every UTF-8 byte but <c>A-Z a-z 0-9 - . _ ~</c>, in upper-case hex; a path keeps its slashes.
/// The same text is signed and sent.
/// </summary>
internal static class PercentEncoding
{
    private const string Hex = "0123456789ABCDEF";

    /// <summary>Encodes an object key, or bucket and key, keeping slashes.</summary>
    public static string Path(string text) => Encode(text, keepSlash: true);

    /// <summary>Encodes a query name or value.</summary>
    public static string QueryPart(string text) => Encode(text, keepSlash: false);

    /// <summary>
    /// A query without its question mark: encoded, sorted by encoded name, no <c>=</c> after a name without value. V4's canonical query.
    /// </summary>
    public static string Query(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        if (parameters.Count == 0)
            return "";

        var encoded = new List<KeyValuePair<string, string>>(parameters.Count);
        foreach (var parameter in parameters)
            encoded.Add(new KeyValuePair<string, string>(QueryPart(parameter.Key), QueryPart(parameter.Value)));

        encoded.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder();
        foreach (var parameter in encoded)
        {
            _ = text.Length == 0 ? text : text.Append('&');
            text.Append(parameter.Key);
            _ = parameter.Value.Length == 0 ? text : text.Append('=').Append(parameter.Value);
        }

        return text.ToString();
    }

    private static string Encode(string text, bool keepSlash)
    {
        var plain = 0;
        while (plain < text.Length && IsPlain(text[plain], keepSlash))
            plain++;

        if (plain == text.Length)
            return text;

        var encoded = new StringBuilder(text.Length + 16).Append(text, 0, plain);
        foreach (var value in Encoding.UTF8.GetBytes(text[plain..]))
        {
            if (IsPlain((char)value, keepSlash))
                encoded.Append((char)value);
            else
                encoded.Append('%').Append(Hex[value >> 4]).Append(Hex[value & 15]);
        }

        return encoded.ToString();
    }

    private static bool IsPlain(char c, bool keepSlash) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '.' or '_' or '~' || (keepSlash && c == '/');
}
