using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake.Settings;

/// <summary>Parses a setting's text as the setting's type, or returns what the text must be.</summary>
internal static class SettingText
{
    // Common ways to write a number of bytes.
    private static readonly Regex Size = new(@"^\s*(?<number>\d{1,9})\s*(?<unit>[KMG])i?B?\s*$", RegexOptions.IgnoreCase);

    /// <summary>
    /// Whether a setting of this type can be text in a configuration file: a flag, a number, a time, an enum, text, or the word for credentials.
    /// </summary>
    public static bool IsRead(Type type) => Bare(type) is var bare
        && (bare.IsEnum || bare == typeof(bool) || bare == typeof(int) || bare == typeof(long) || bare == typeof(TimeSpan) || bare == typeof(string) || bare == typeof(IOssCredentialsProvider));

    /// <summary>Parses a text.</summary>
    /// <param name="text">The text in the configuration.</param>
    /// <param name="type">The setting's type.</param>
    /// <param name="value">The value; null for an empty text if the type is a nullable value type.</param>
    /// <param name="need">What the text must be, beginning with 'must'; null if it can be parsed.</param>
    public static bool TryRead(string text, Type type, out object? value, [NotNullWhen(false)] out string? need)
    {
        var bare = Bare(type);
        value = null;
        need = null;
        if (bare == typeof(string))
            value = text;
        else if (text.Length == 0 && bare != type)
            return true;
        else if (bare == typeof(bool))
            need = bool.TryParse(text, out var flag) ? Take(flag, out value) : "must be true or false.";
        else if (bare == typeof(TimeSpan))
            need = TryTime(text, out var time) ? Take(time, out value) : NeedOfTime(text);
        else if (bare == typeof(IOssCredentialsProvider))
            need = OssCredentialsProviders.TryFromName(text, out var provider, out var fault) ? Take(provider!, out value) : fault;
        else if (bare.IsEnum)
            need = NameOf(bare, text) is { } name ? Take(Enum.Parse(bare, name), out value) : $"must be {Choice(Enum.GetNames(bare))}.";
        else if (bare == typeof(int))
            need = int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? Take(number, out value) : NeedOfNumber(text, int.MaxValue);
        else
            need = long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? Take(number, out value) : NeedOfNumber(text, long.MaxValue);

        return need is null;
    }

    /// <summary>What the text must be if it cannot be parsed; null if it can.</summary>
    public static string? NeedOf(string text, Type type) => TryRead(text, type, out _, out var need) ? null : need;

    /// <summary>
    /// The fault of a text that cannot be parsed. It shows the text; that of credentials only if it is one word, as a command or an address may
    /// hold a password.
    /// </summary>
    public static SettingFault FaultOf(string setting, string text, Type type, string need) =>
        Bare(type) == typeof(IOssCredentialsProvider) && !text.All(char.IsLetter) ? new SettingFault(setting, need) : SettingFault.OfValue(setting, text, need);

    /// <summary>The names as a sentence lists them: <c>a, b or c</c>.</summary>
    public static string Choice(string[] names) =>
        names.Length == 1 ? names[0] : string.Join(", ", names.Take(names.Length - 1)) + " or " + names[names.Length - 1];

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string? Take(object read, out object? value)
    {
        value = read;
        return null;
    }

    // Without a colon a number would mean days, which is never intended.
    private static bool TryTime(string text, out TimeSpan time) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time) && (text.Contains(':') || time == TimeSpan.Zero);

    private static string NeedOfTime(string text) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _)
        ? "must be a time as hh:mm:ss, such as 00:00:02 for two seconds; a number alone would be days."
        : "must be a time as hh:mm:ss, such as 00:00:02 for two seconds.";

    private static string NeedOfNumber(string text, long most)
    {
        if (Size.Match(text) is not { Success: true } size)
            return "must be a whole number in digits only, up to " + most.ToString(CultureInfo.InvariantCulture) + ".";

        var shift = char.ToUpperInvariant(size.Groups["unit"].Value[0]) switch { 'K' => 10, 'M' => 20, _ => 30 };
        var bytes = long.Parse(size.Groups["number"].Value, CultureInfo.InvariantCulture) << shift;
        return "must be a whole number in digits only; write " + bytes.ToString(CultureInfo.InvariantCulture) + ".";
    }

    private static string? NameOf(Type choice, string text) =>
        Enum.GetNames(choice).FirstOrDefault(name => name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));
}
