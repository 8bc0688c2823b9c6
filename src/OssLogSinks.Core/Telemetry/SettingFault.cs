using System.Globalization;

namespace OssLogSinks.Core.Telemetry;

/// <summary>One setting that cannot be used.</summary>
/// <param name="Setting">The setting's name, as a property of <see cref="OssAppenderOptions"/>, with its part behind a dot: <c>ObjectProperties.ContentType</c>.</param>
/// <param name="Problem">What is wrong with it and how to mend it. It holds no secret if values get into it by <see cref="Shown"/>.</param>
public sealed record SettingFault(string Setting, string Problem)
{
    /// <summary>Where a shown value was cut.</summary>
    internal const string Cut = "…";

    private const int MostCharacters = 200;
    private const string NotShown = "(not shown, as it looks like a secret)";

    /// <summary>Words a fault that shows the value: 'is 0, but must be at least 1.' The value of a setting that is for secrets must not be given.</summary>
    /// <param name="setting">The setting's name.</param>
    /// <param name="value">Its value; a long one is cut, and one that looks like a secret is left out.</param>
    /// <param name="need">What it must be, beginning with 'must'.</param>
    /// <returns>The fault.</returns>
    public static SettingFault OfValue(string setting, object? value, string need) => new(setting, $"is {Shown(value)}, but {need}");

    /// <summary>Gives name and problem on one line.</summary>
    public override string ToString() => $"{Setting}: {Problem}";

    /// <summary>
    /// Gives the value of a setting as it can stand in a message: on one line, text in quotes, a long one cut. A text that looks like an
    /// access key or a token is left out: people put secrets into the wrong setting.
    /// </summary>
    /// <param name="value">The value.</param>
    public static string Shown(object? value) => value switch
    {
        null => "null",
        string text when SecretText.LooksLikeOne(text) => NotShown,
        string text => $"'{OnOneLine(text.Length > MostCharacters ? text.Remove(MostCharacters) + Cut : text)}'",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The same fault, with secrets masked that may stand in its text because a user has put them into the wrong setting.</summary>
    /// <param name="secrets">The secrets that are known, each also found percent-encoded and in another case. What the environment has for this library is masked too.</param>
    public SettingFault WithoutSecrets(IEnumerable<string?> secrets) => new(SecretText.Without(Setting, secrets), SecretText.Without(Problem, secrets));

    /// <summary>A fault of a setting that holds names, if it has blanks around it; null if it has none.</summary>
    /// <param name="setting">The setting's name.</param>
    /// <param name="value">Its value, not empty.</param>
    /// <param name="shown">The value as it can stand in a message. Default: all of it.</param>
    internal static string? OfBlanks(string setting, string value, string? shown = null)
    {
        shown ??= Shown(value);
        var isBlank = string.IsNullOrWhiteSpace(value);
        var isAtAnEnd = value.Trim().Length < value.Length;
        return isBlank ? $"{setting}: is blank, but must have a value."
            : isAtAnEnd ? $"{setting}: {shown} has a blank or a line end at its beginning or end; write it without."
            : null;
    }

    private static string OnOneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
