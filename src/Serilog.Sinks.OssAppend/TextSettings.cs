using System.Reflection;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend;

/// <summary>Sets options from a configuration file by name, and collects settings that cannot be parsed.</summary>
internal sealed class TextSettings
{
    /// <summary>Marks a setting that is not given, for settings where null is a value.</summary>
    public const string NotGiven = "default";

    private static readonly OssAppendSinkOptions Unset = new();

    // An empty text is a value for these: no size limit; and a buffer without a folder, which must be refused.
    private static readonly string[] MayBeEmpty = [nameof(OssAppendSinkOptions.ObjectSizeLimitBytes), nameof(OssAppendSinkOptions.BufferPath)];

    private readonly List<SettingFault> _faults = [];

    private TextSettings(OssAppendSinkOptions? options)
    {
        HasOptions = options is not null;
        Options = options is null ? new OssAppendSinkOptions() : (OssAppendSinkOptions)options.Copy();
        Options.ObjectProperties = (Options.ObjectProperties ?? Unset.ObjectProperties) with { };
        TakeBackEmpty(typeof(OssAppendSinkOptions).GetProperties(), Options, Unset);
        TakeBackEmpty(typeof(OssObjectProperties).GetProperties(), Options.ObjectProperties, Unset.ObjectProperties);
    }

    /// <summary>The options; a setting that cannot be parsed has its default.</summary>
    public OssAppendSinkOptions Options { get; }

    /// <summary>Settings whose text cannot be parsed.</summary>
    public IReadOnlyList<SettingFault> Faults => _faults;

    /// <summary>How the user wrote the names.</summary>
    public SettingNames Names => HasOptions ? SettingNames.OfProperties : SettingNames.OfConfiguration;

    private bool HasOptions { get; }

    /// <summary>Reads settings.</summary>
    /// <param name="options">The separate section of options; null if there is none. Empty texts in it count as not given.</param>
    /// <param name="settings">The settings by parameter name; null and empty values count as not given.</param>
    public static TextSettings Read(OssAppendSinkOptions? options, params (string Name, object? Value)[] settings)
    {
        var texts = new TextSettings(options);
        foreach (var (name, value) in settings)
            texts.Put(name, value);

        return texts;
    }

    /// <summary>Parses the minimum level; the lowest level if none is given.</summary>
    public LogEventLevel Level(string name, string? text) =>
        !string.IsNullOrEmpty(text) && TryRead(name, text!, typeof(LogEventLevel), out var level) ? (LogEventLevel)level! : LevelAlias.Minimum;

    private void Put(string name, object? value)
    {
        var property = char.ToUpperInvariant(name[0]) + name.Substring(1);
        if (!IsGiven(property, value))
            return;

        if (typeof(OssAppendSinkOptions).GetProperty(property) is { } own)
            Set(own, Options, name, value);
        else if (typeof(OssObjectProperties).GetProperty(property) is { } part)
            Set(part, Options.ObjectProperties, name, value);
    }

    // An empty environment variable cancels a setting in a file.
    private static bool IsGiven(string property, object? value) => value switch
    {
        NotGiven => false,
        null => property == nameof(OssAppendSinkOptions.ObjectSizeLimitBytes),
        "" => MayBeEmpty.Contains(property),
        _ => true,
    };

    private void Set(PropertyInfo property, object owner, string name, object? value)
    {
        if (value is string text && !TryRead(name, text, property.PropertyType, out value))
            return;

        property.SetValue(owner, value is IDictionary<string, string> entries ? new Dictionary<string, string>(entries) : value);
    }

    private bool TryRead(string name, string text, Type type, out object? value)
    {
        if (SettingText.TryRead(text, type, out value, out var need))
            return true;

        _faults.Add(SettingFault.OfValue(name, text, need));
        return false;
    }

    private static void TakeBackEmpty(PropertyInfo[] properties, object settings, object unset)
    {
        foreach (var property in properties)
        {
            if (property.PropertyType == typeof(string) && property.GetValue(settings) is "" && !MayBeEmpty.Contains(property.Name))
                property.SetValue(settings, property.GetValue(unset));
        }
    }
}
