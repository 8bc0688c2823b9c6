using System.Reflection;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake.Settings;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend;

/// <summary>Sets options from a configuration file by name, and collects settings that cannot be parsed.</summary>
internal sealed class TextSettings
{
    /// <summary>Marks a setting that is not given, where null is a value: <see cref="OssAppenderOptions.ObjectSizeLimitBytes"/>.</summary>
    public const string NotGiven = "default";

    private static readonly OssAppendSinkOptions Unset = new();
    private static readonly PropertyInfo[] OptionProperties = typeof(OssAppendSinkOptions).GetProperties();

    private readonly NamedSettings _named;

    private TextSettings(OssAppendSinkOptions? options)
    {
        HasOptions = options is not null;
        Options = options is null ? new OssAppendSinkOptions() : (OssAppendSinkOptions)options.Copy();
        _named = new NamedSettings(Options, OptionProperties);
        TakeBackEmpty(OptionProperties, Options, Unset);
        TakeBackEmpty(typeof(OssObjectProperties).GetProperties(), Options.ObjectProperties, Unset.ObjectProperties);
    }

    /// <summary>The options; a setting that cannot be parsed keeps its value.</summary>
    public OssAppendSinkOptions Options { get; }

    /// <summary>Settings whose text cannot be parsed.</summary>
    public IReadOnlyList<SettingFault> Faults => _named.Faults;

    /// <summary>How the user wrote the names.</summary>
    public SettingNames Names => HasOptions ? SettingNames.OfProperties : SettingNames.OfConfiguration;

    private bool HasOptions { get; }

    /// <summary>Reads settings.</summary>
    /// <param name="options">
    /// The separate section of options; null if there is none. Empty texts in it count as not given, except where they are values.
    /// </param>
    /// <param name="settings">The settings by parameter name; null and empty values count as not given, except where they are values.</param>
    public static TextSettings Read(OssAppendSinkOptions? options, params (string Name, object? Value)[] settings)
    {
        var texts = new TextSettings(options);
        foreach (var (name, value) in settings)
            texts.Put(name, value);

        return texts;
    }

    /// <summary>Parses the minimum level; the lowest level if none is given.</summary>
    public LogEventLevel Level(string name, string? text) =>
        !string.IsNullOrEmpty(text) && _named.TryRead(name, text!, typeof(LogEventLevel), out var level) ? (LogEventLevel)level! : LevelAlias.Minimum;

    private void Put(string name, object? value)
    {
        if (_named.Find(name) is not { } property || !IsGiven(property.Name, value))
            return;

        _named.Set(name, property, value is string text && property.PropertyType == typeof(IOssCredentialsProvider) ? ProviderType.TryCreate(text) ?? value : value);
    }

    // An empty environment variable cancels a setting in a file.
    private static bool IsGiven(string property, object? value) => value switch
    {
        NotGiven => property != nameof(OssAppendSinkOptions.ObjectSizeLimitBytes),
        null => property == nameof(OssAppendSinkOptions.ObjectSizeLimitBytes),
        "" => NamedSettings.IsEmptyAValue(property),
        _ => true,
    };

    private static void TakeBackEmpty(PropertyInfo[] properties, object settings, object unset)
    {
        foreach (var property in properties)
        {
            if (property.PropertyType == typeof(string) && property.GetValue(settings) is "" && !NamedSettings.IsEmptyAValue(property.Name))
                property.SetValue(settings, property.GetValue(unset));
        }
    }
}
