using System.Globalization;
using System.Text;

namespace OssLogSinks.Core.Telemetry;

/// <summary>Makes foreign text safe for a report, and for whoever uses it as a format string.</summary>
internal static class PlainText
{
    private const int MostInnerExceptions = 5;

    /// <summary>
    /// Text as one line that shows what it is: no control characters or line ends (a blank for each), no invisible characters or marks
    /// that turn the direction of reading, no halves of characters, no braces (which log frameworks take for templates).
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

    /// <summary>Text that no log framework takes for a template; its lines stay.</summary>
    public static string WithoutBraces(string text) => text.Replace('{', '(').Replace('}', ')');

    /// <summary>
    /// An exception's type and message, and what is behind it: messages of this library's own, types alone of others, whose words may
    /// hold anything.
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
    /// What a report says of an error: the message of this library's own exceptions, the type alone of others, whose words may hold
    /// anything: a signed address, a password, an event's text.
    /// </summary>
    public static string Of(Exception error) => error is IExplainedFailure ? error.Message : $"It failed with {error.GetType().FullName}.";

    private static char WithoutBrace(char c) => c switch
    {
        '{' => '(',
        '}' => ')',
        _ => c,
    };
}

/// <summary>
/// An exception of this library's own that tells of a failure outside: its message is fit for a report, and it says what can be done.
/// </summary>
internal interface IExplainedFailure
{
    /// <summary>What kind of failure it is.</summary>
    OssFailureKind Kind { get; }

    /// <summary>The service's error code; null when there was none to read.</summary>
    string? Code { get; }

    /// <summary>A sentence that says what to do about it; empty if there is nothing to add to the message.</summary>
    string Advice { get; }
}
