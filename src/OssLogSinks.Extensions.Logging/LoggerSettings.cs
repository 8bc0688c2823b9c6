using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Configuration;
using Microsoft.Extensions.Options;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake.Settings;

namespace OssLogSinks.Extensions.Logging;

/// <summary>Reads the options from the configuration, by name, and finds all faults at once.</summary>
internal sealed class LoggerSettings(ILoggerProviderConfiguration<OssAppendLoggerProvider> configuration) : IConfigureOptions<OssAppendLoggerOptions>
{
    private const string Section = "Logging:OssAppend";

    // The provider's filters.
    private const string LogLevel = "LogLevel";

    private static readonly PropertyInfo[] OptionProperties = typeof(OssAppendLoggerOptions).GetProperties();
    private static readonly PropertyInfo[] ObjectProperties = typeof(OssObjectProperties).GetProperties();

    private static readonly string[] Known =
        [.. OptionProperties.Concat(ObjectProperties).Where(IsText).Select(property => property.Name), nameof(OssAppendLoggerOptions.ObjectProperties), LogLevel];

    /// <inheritdoc />
    public void Configure(OssAppendLoggerOptions options)
    {
        var settings = new NamedSettings(options, OptionProperties);
        var misspelt = new List<MisspeltSetting>();
        Read(configuration.Configuration, Section, settings, misspelt);
        (options.Unreadable, options.Misspelt) = (settings.Faults, misspelt);
    }

    /// <summary>All faults of the settings.</summary>
    public static IReadOnlyList<SettingFault> Check(OssAppendLoggerOptions options, string[] formatters)
    {
        // The correct name of a misspelt setting is not also reported as missing.
        var faults = options.Unreadable.Concat(OwnFaults(options, formatters)).Concat(options.Validate())
            .Where(fault => !options.Misspelt.Any(misspelt => fault.Setting.Equals(misspelt.Meant, StringComparison.OrdinalIgnoreCase)))
            .Concat(options.Misspelt.Select(misspelt => misspelt.ToFault()));
        return options.WithoutSecrets(faults);
    }

    /// <summary>Whether all settings have the same values: the configuration tells of a change whatever was changed in it.</summary>
    public static bool AreSame(OssAppendLoggerOptions left, OssAppendLoggerOptions right) => AreSame(OptionProperties, left, right);

    private static void Read(IConfiguration section, string path, NamedSettings settings, List<MisspeltSetting> misspelt)
    {
        foreach (var setting in section.GetChildren().Where(setting => !setting.Key.Equals(LogLevel, StringComparison.OrdinalIgnoreCase)))
        {
            if (setting.Key.Equals(nameof(OssAppendLoggerOptions.ObjectProperties), StringComparison.OrdinalIgnoreCase))
                Read(setting, $"{path}:{setting.Key}", settings, misspelt);
            else if (settings.Find(setting.Key) is not { } property || !IsText(property))
                misspelt.Add(MisspeltSetting.Of(setting.Key, path, Known));
            else if (!SettingText.IsRead(property.PropertyType))
                settings.Set(property.Name, property, setting.GetChildren().ToDictionary(entry => entry.Key, entry => entry.Value ?? ""));
            else if (!string.IsNullOrEmpty(setting.Value) || property.Name == nameof(OssAppendLoggerOptions.TimestampFormat) || NamedSettings.IsEmptyAValue(property.Name))
                settings.Set(property.Name, property, setting.Value ?? "");
        }
    }

    // Objects can be set by code only.
    private static bool IsText(PropertyInfo property) => SettingText.IsRead(property.PropertyType) || property.PropertyType == typeof(IReadOnlyDictionary<string, string>);

    private static IEnumerable<SettingFault> OwnFaults(OssAppendLoggerOptions options, string[] formatters)
    {
        if (!formatters.Contains(options.Formatter, StringComparer.OrdinalIgnoreCase))
            yield return SettingFault.OfValue(nameof(options.Formatter), options.Formatter, $"must be {SettingText.Choice(formatters)}, or a console formatter that is added to the container.");
        if (!IsTimeFormat(options.TimestampFormat))
            yield return SettingFault.OfValue(nameof(options.TimestampFormat), options.TimestampFormat, "must be a .NET date format, or empty for no time.");
        if (BlockTimeouts.FaultOf(nameof(options.BlockTimeout), options.BlockTimeout) is { } fault)
            yield return fault;
        if (options.Listener is not null)
            yield return new SettingFault(nameof(options.Listener), $"must be left out; the provider sets it. Add an {nameof(ILostEventListener)} to the container.");
    }

    private static bool IsTimeFormat(string? format)
    {
        try
        {
            return format is not null && default(DateTimeOffset).ToString(format, CultureInfo.InvariantCulture) is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool AreSame(PropertyInfo[] properties, object left, object right) => Array.TrueForAll(properties, property => (property.GetValue(left), property.GetValue(right)) switch
    {
        (OssObjectProperties one, OssObjectProperties other) => AreSame(ObjectProperties, one, other),
        (IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) => one.Count == other.Count && !one.Except(other).Any(),
        var (one, other) => Equals(one, other),
    });
}
