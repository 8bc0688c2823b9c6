using System.Globalization;

namespace OssLogSinks.Core.Telemetry;

/// <summary>One setting that cannot be used.</summary>
/// <param name="Setting">
/// The setting's name: usually a property of the options, with its part after a dot, <c>ObjectProperties.ContentType</c>.
/// </param>
/// <param name="Problem">
/// What is wrong with it and how to correct it. Format its values by <see cref="Shown"/>, which hides what looks like a secret.
/// </param>
public sealed record SettingFault(string Setting, string Problem)
{
    /// <summary>Where a shown value was cut.</summary>
    internal const string Cut = "…";

    private const int MostCharacters = 200;
    private const string NotShown = "(not shown, as it looks like a secret)";

    /// <summary>Creates a fault that shows the value: 'is 0, but must be at least 1.' Do not pass the value of a setting for secrets.</summary>
    /// <param name="setting">The setting's name.</param>
    /// <param name="value">Its value; a long one is cut, and one that looks like a secret is left out.</param>
    /// <param name="need">What it must be, beginning with 'must'.</param>
    /// <returns>The fault.</returns>
    public static SettingFault OfValue(string setting, object? value, string need) => new(setting, $"is {Shown(value)}, but {need}");

    /// <summary>Gives name and problem on one line.</summary>
    public override string ToString() => $"{Setting}: {Problem}";

    /// <summary>
    /// Formats the value of a setting for a message: on one line, text in quotes, a long one cut. A text that looks like an access key or a token
    /// is left out, because users put secrets into the wrong setting.
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

    /// <summary>The same fault with secrets masked, which are in its text if a user has put them into the wrong setting.</summary>
    /// <param name="secrets">
    /// The known secrets; each is also found percent-encoded and in another case. Secrets in this library's environment variables are masked
    /// too. A secret of fewer than 8 characters is not masked, as it may be part of an ordinary word.
    /// </param>
    public SettingFault WithoutSecrets(IEnumerable<string?> secrets) => new(SecretText.Without(Setting, secrets), SecretText.Without(Problem, secrets));

    /// <summary>The fault of a setting for names that has blanks around its value; null if it has none.</summary>
    /// <param name="setting">The setting's name.</param>
    /// <param name="value">Its value, not empty.</param>
    /// <param name="shown">The value as the message shows it. Default: all of it.</param>
    internal static string? OfBlanks(string setting, string value, string? shown = null)
    {
        shown ??= Shown(value);
        var isBlank = string.IsNullOrWhiteSpace(value);
        var isAtAnEnd = value.Trim().Length < value.Length;
        return isBlank ? $"{setting}: is blank, but must have a value."
            : isAtAnEnd ? $"{setting}: {shown} has a space or a line break at its beginning or end; remove it."
            : null;
    }

    private static string OnOneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
