using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Core.Telemetry;

/// <summary>Makes foreign text safe for a report, and for whoever uses it as a format string.</summary>
internal static class PlainText
{
    /// <summary>One line without braces or invisible characters.</summary>
    public static string OneLine(string text) => HeaderText.OneLine(text);

    /// <summary>An exception's type, its message and what is behind it, in one line.</summary>
    public static string Describe(Exception exception) => HeaderText.TextOf(exception);

    /// <summary>
    /// What a report says of an error: the message of this library's own exceptions, the type alone of others, whose words may hold
    /// anything: a signed address, a password, an event's text.
    /// </summary>
    public static string Of(Exception error) => error is OssException ? error.Message : $"It failed with {error.GetType().FullName}.";
}
