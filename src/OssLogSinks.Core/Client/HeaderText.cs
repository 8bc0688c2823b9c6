using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>What can stand in a header and what of foreign text can stand in a message, cut to its length.</summary>
internal static class HeaderText
{
    /// <summary>Whether a header's value goes over the wire as it is: printable ASCII, no blank at either end.</summary>
    public static bool IsSendable(string value) => value.All(c => c is >= ' ' and <= '~') && value.Trim().Length == value.Length;

    /// <summary>
    /// Foreign text made fit for a message: <see cref="PlainText.OneLine"/>, at most so many characters. Null if nothing is left.
    /// </summary>
    public static string? Clean(string? text, int maxLength)
    {
        if (text is null)
            return null;

        var line = PlainText.OneLine(text).Trim();
        if (line.Length > maxLength)
        {
            // Half a surrogate pair is no character.
            line = line.Substring(0, char.IsHighSurrogate(line[maxLength - 1]) ? maxLength - 1 : maxLength);
        }

        return line.Length == 0 ? null : line;
    }

    /// <summary>A name or number from a header or document: letters, digits and <c>- _ . :</c> only. Null if it is anything else.</summary>
    public static string? Token(string? text, int maxLength)
    {
        var token = text?.Trim() ?? "";
        return token.Length > 0 && token.Length <= maxLength && token.All(IsOfToken) ? token : null;
    }

    private static bool IsOfToken(char c) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.' or ':';
}
