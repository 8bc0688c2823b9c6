namespace OssLogSinks.Core.Diagnostics;

/// <summary>Makes foreign text safe to be used as a format string by whoever gets it.</summary>
internal static class PlainText
{
    public static string WithoutBraces(string text) => text.Replace('{', '(').Replace('}', ')');
}
