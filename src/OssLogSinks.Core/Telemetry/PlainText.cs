using System.Globalization;
using System.Text;

namespace OssLogSinks.Core.Telemetry;

/// <summary>Makes foreign text safe for reports, also if a log framework uses it as a format string.</summary>
internal static class PlainText
{
    private const int MostInnerExceptions = 5;

    /// <summary>
    /// Text as one line. Control characters and line ends become blanks, braces become parentheses (log frameworks take them for templates);
    /// invisible characters, marks of the reading direction and half surrogate pairs are removed.
    /// </summary>
    public static string OneLine(string? text)
    {
        if (text is null || text.All(c => c is >= ' ' and <= '~' and not ('{' or '}')))
            return text ?? "";

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
                        line.Append(text[++i]);

                    break;
            }
        }

        return line.ToString();
    }

    /// <summary>Text with parentheses instead of braces; its lines stay.</summary>
    public static string WithoutBraces(string text) => text.Replace('{', '(').Replace('}', ')');

    /// <summary>
    /// An exception's type and message, and its inner exceptions: messages of this library's own ones, only the types of others.
    /// </summary>
    public static string Describe(Exception exception)
    {
        var text = new StringBuilder(exception.GetType().FullName).Append(": ").Append(exception.Message);
        var inner = exception.InnerException;
        for (var i = 0; inner is not null && i < MostInnerExceptions; i++, inner = inner.InnerException)
            text.Append(i == 0 ? " (" : "; ").Append(inner is IExplainedFailure ? inner.Message : inner.GetType().FullName);

        return OneLine(exception.InnerException is null ? text.ToString() : text.Append(')').ToString());
    }

    /// <summary>
    /// An error for a report: the message of this library's own exceptions, only the type of others, whose message may contain a signed
    /// address, a password or an event's text.
    /// </summary>
    public static string Of(Exception error) => error is IExplainedFailure ? error.Message : $"It failed with {error.GetType().FullName}.";

    private static char WithoutBrace(char c) => c switch
    {
        '{' => '(',
        '}' => ')',
        _ => c,
    };
}
