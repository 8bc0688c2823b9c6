using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend;

/// <summary>Puts settings that come as text into the options, and notes what cannot be read.</summary>
internal sealed class TextSettings
{
    private static readonly string[] SaidByNothing = [nameof(OssAppendSinkOptions.FileSizeLimitBytes), nameof(OssAppendSinkOptions.BufferPath)];

    private readonly List<SettingFault> _faults = [];

    /// <summary>Settings whose text cannot be read; the options keep their defaults for them.</summary>
    public IReadOnlyList<SettingFault> Faults => _faults;

    /// <summary>Sets what is given.</summary>
    /// <param name="options">The options.</param>
    /// <param name="texts">The settings by the names of their parameters; those that are null or empty are not given.</param>
    public void Put(OssAppendSinkOptions options, params (string Name, string? Text)[] texts)
    {
        foreach (var (name, text) in texts)
        {
            if (!IsGiven(name, text))
                continue;

            var property = char.ToUpperInvariant(name[0]) + name.Substring(1);
            if (typeof(OssAppendSinkOptions).GetProperty(property) is { } own)
            {
                if (TryRead(name, text, own.PropertyType, out var value))
                    own.SetValue(options, value);
            }
            else if (typeof(OssObjectProperties).GetProperty(property) is { } part && TryRead(name, text, part.PropertyType, out var value))
            {
                part.SetValue(options.ObjectProperties, value);
            }
        }
    }

    /// <summary>An empty text in a section of options is a setting that is not given, as it is anywhere else.</summary>
    public static void TakeBackEmpty(OssAppendSinkOptions options)
    {
        TakeBackEmpty(typeof(OssAppendSinkOptions).GetProperties(), options, new OssAppendSinkOptions());
        if (options.ObjectProperties is { } properties)
            TakeBackEmpty(typeof(OssObjectProperties).GetProperties(), properties, new OssObjectProperties());
    }

    private static void TakeBackEmpty(PropertyInfo[] properties, object settings, object unset)
    {
        foreach (var property in properties)
        {
            if (property.PropertyType == typeof(string) && property.GetMethod is { IsPublic: true } && IsEmptied(property.Name, property.GetValue(settings)))
                property.SetValue(settings, property.GetValue(unset));
        }
    }

    private static bool IsEmptied(string name, object? value) => value is "" && !SaidByNothing.Contains(name, StringComparer.Ordinal);

    /// <summary>Reads the least level; the least there is if nothing is given.</summary>
    public LogEventLevel Level(string name, string? text) =>
        !string.IsNullOrEmpty(text) && TryRead(name, text!, typeof(LogEventLevel), out var level) ? (LogEventLevel)level! : LevelAlias.Minimum;

    // An empty variable of the environment takes back what a file sets. But no limit is written as null, which comes as an empty text, and
    // who asks for a buffer without saying where must not think that one is there.
    private static bool IsGiven(string name, [NotNullWhen(true)] string? text) =>
        text is not null && (text.Length > 0 || SaidByNothing.Contains(name, StringComparer.OrdinalIgnoreCase));

    private bool TryRead(string name, string text, Type type, out object? value)
    {
        if (SettingText.TryRead(text, type, out value, out var need))
            return true;

        _faults.Add(SettingFault.OfValue(name, text, need));
        return false;
    }
}

/// <summary>Reads a setting's text as the type that the setting has, or says what must be written instead.</summary>
internal static class SettingText
{
    // What people write for a number of bytes.
    private static readonly Regex Size = new(@"^\s*(?<number>\d{1,9})\s*(?<unit>[KMG])i?B?\s*$", RegexOptions.IgnoreCase);

    /// <summary>Whether a setting of this type is read here: a flag, a number, a time, a choice, or text.</summary>
    public static bool IsRead(Type type) => Bare(type) is var bare
        && (bare.IsEnum || bare == typeof(bool) || bare == typeof(int) || bare == typeof(long) || bare == typeof(TimeSpan) || bare == typeof(string));

    /// <summary>Reads a text.</summary>
    /// <param name="text">What is in the configuration.</param>
    /// <param name="type">The setting's type.</param>
    /// <param name="value">The value; null for an empty text where the setting may be null.</param>
    /// <param name="need">What must be written, beginning with 'must'; null if the text can be read.</param>
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
        else if (bare.IsEnum)
            need = NameOf(bare, text) is { } name ? Take(Enum.Parse(bare, name), out value) : $"must be {Choice(Enum.GetNames(bare))}.";
        else if (bare == typeof(int))
            need = int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? Take(number, out value) : NeedOfNumber(text, int.MaxValue);
        else
            need = long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? Take(number, out value) : NeedOfNumber(text, long.MaxValue);

        return need is null;
    }

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string? Take(object read, out object? value)
    {
        value = read;
        return null;
    }

    // Without a colon a number is one of days, which nobody means.
    private static bool TryTime(string text, out TimeSpan time) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time) && (text.Contains(':') || time == TimeSpan.Zero);

    private static string NeedOfTime(string text) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _)
        ? "must be a time as hh:mm:ss, 00:00:02 for two seconds; a number alone would be days."
        : "must be a time as hh:mm:ss, 00:00:02 for two seconds.";

    private static string NeedOfNumber(string text, long most)
    {
        if (Size.Match(text) is not { Success: true } size)
            return "must be a whole number, in digits alone, up to " + most.ToString(CultureInfo.InvariantCulture) + ".";

        var shift = char.ToUpperInvariant(size.Groups["unit"].Value[0]) switch { 'K' => 10, 'M' => 20, _ => 30 };
        var bytes = long.Parse(size.Groups["number"].Value, CultureInfo.InvariantCulture) << shift;
        return "must be a whole number, in digits alone; write " + bytes.ToString(CultureInfo.InvariantCulture) + ".";
    }

    private static string? NameOf(Type choice, string text) =>
        Enum.GetNames(choice).FirstOrDefault(name => name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));

    private static string Choice(string[] names) =>
        names.Length == 1 ? names[0] : string.Join(", ", names.Take(names.Length - 1)) + " or " + names[names.Length - 1];
}
