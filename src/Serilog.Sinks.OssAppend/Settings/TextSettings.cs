using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Settings;

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
