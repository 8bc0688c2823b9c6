using System.Globalization;

namespace OssLogSinks.Core;

/// <summary>One setting that cannot be used.</summary>
/// <param name="Setting">The setting's name, as a property of <see cref="OssAppenderOptions"/>, with its part behind a dot: <c>ObjectProperties.ContentType</c>.</param>
/// <param name="Problem">What is wrong with it and how to mend it; no secret in it.</param>
public sealed record SettingFault(string Setting, string Problem)
{
    private const int MostCharacters = 200;

    /// <summary>Words a fault that shows the value: 'is 0, but must be at least 1.' Not for secrets.</summary>
    /// <param name="setting">The setting's name.</param>
    /// <param name="value">Its value; a long one is cut.</param>
    /// <param name="need">What it must be, beginning with 'must'.</param>
    /// <returns>The fault.</returns>
    public static SettingFault OfValue(string setting, object? value, string need) => new(setting, $"is {Shown(value)}, but {need}");

    /// <summary>Gives name and problem on one line.</summary>
    public override string ToString() => $"{Setting}: {Problem}";

    // What stands in a setting may be anything, and makes no lines of its own in a message.
    internal static string Shown(object? value) => value switch
    {
        null => "null",
        string text => $"'{OnOneLine(text.Length > MostCharacters ? text.Remove(MostCharacters) + "…" : text)}'",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string OnOneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
