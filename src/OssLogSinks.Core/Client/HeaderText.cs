using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Client;

/// <summary>What can stand in a header and what of foreign text can stand in a message.</summary>
internal static class HeaderText
{
    private const int MostInnerExceptions = 5;

    /// <summary>Whether a header's value goes over the wire as it is: printable ASCII, no blank at either end.</summary>
    public static bool IsSendable(string value) => value.All(c => c is >= ' ' and <= '~') && value.Trim().Length == value.Length;

    /// <summary>
    /// Foreign text made fit for a message: <see cref="OneLine"/>, at most so many characters. Null if nothing is left.
    /// </summary>
    public static string? Clean(string? text, int maxLength)
    {
        if (text is null)
        {
            return null;
        }

        var line = OneLine(text).Trim();
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

    /// <summary>
    /// Text as one line that shows what it is: no control characters or line ends (a blank for each), no invisible characters or marks
    /// that turn the direction of reading, no halves of characters, no braces (which log frameworks take for templates).
    /// </summary>
    public static string OneLine(string? text)
    {
        if (text is null || text.All(c => c is >= ' ' and <= '~' and not ('{' or '}')))
        {
            return text ?? "";
        }

        var line = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (CharUnicodeInfo.GetUnicodeCategory(text, i))
            {
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    line.Append(' ');
                    break;
                case UnicodeCategory.Surrogate:
                    break;
                case UnicodeCategory.Format:
                    i += char.IsHighSurrogate(text[i]) ? 1 : 0;
                    break;
                default:
                    line.Append(WithoutBrace(text[i]));
                    if (char.IsHighSurrogate(text[i]))
                    {
                        line.Append(text[++i]);
                    }

                    break;
            }
        }

        return line.ToString();
    }

    /// <summary>Text that no log framework takes for a template; its lines stay.</summary>
    public static string WithoutBraces(string text) => text.Replace('{', '(').Replace('}', ')');

    /// <summary>
    /// An exception's type and message, and what is behind it: messages of this library's own, types alone of others, whose words may
    /// hold anything.
    /// </summary>
    public static string TextOf(Exception exception)
    {
        var text = new StringBuilder(exception.GetType().FullName).Append(": ").Append(exception.Message);
        var inner = exception.InnerException;
        for (var i = 0; inner is not null && i < MostInnerExceptions; i++, inner = inner.InnerException)
        {
            text.Append(i == 0 ? " (" : "; ").Append(inner is OssException ? inner.Message : inner.GetType().FullName);
        }

        return OneLine(exception.InnerException is null ? text.ToString() : text.Append(')').ToString());
    }

    private static char WithoutBrace(char c) => c switch
    {
        '{' => '(',
        '}' => ')',
        _ => c,
    };

    private static bool IsOfToken(char c) =>
        c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.' or ':';
}
