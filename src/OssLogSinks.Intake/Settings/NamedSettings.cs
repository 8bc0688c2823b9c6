using System.Reflection;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake.Settings;

/// <summary>Sets options by the names of their settings, and collects the texts that cannot be read. The case of a name does not matter.</summary>
internal sealed class NamedSettings
{
    // Settings for which an empty text is a value: it means no size limit, or a buffer path without a name, which must be refused.
    private static readonly string[] MayBeEmpty = [nameof(OssAppenderOptions.ObjectSizeLimitBytes), nameof(OssAppenderOptions.BufferPath)];

    // What a section of the host may have besides settings: the filters of a logging provider.
    private const string Filters = "LogLevel";

    private static readonly PropertyInfo[] ObjectProperties = typeof(OssObjectProperties).GetProperties();

    private readonly OssAppenderOptions _options;
    private readonly PropertyInfo[] _properties;
    private readonly List<SettingFault> _faults = [];
    private readonly List<MisspeltSetting> _misspelt = [];

    /// <param name="options">The options to set. Their object properties are copied first, as other options may share them.</param>
    /// <param name="properties">The properties of the options' own type.</param>
    public NamedSettings(OssAppenderOptions options, PropertyInfo[] properties)
    {
        _options = options;
        _properties = properties;
        options.ObjectProperties = (options.ObjectProperties ?? new()) with { };
    }

    /// <summary>Settings whose text cannot be read; they keep their value.</summary>
    public IReadOnlyList<SettingFault> Faults => _faults;

    /// <summary>Whether an empty text is a value of the setting, and not a setting that is not given.</summary>
    public static bool IsEmptyAValue(string setting) => MayBeEmpty.Contains(setting, StringComparer.OrdinalIgnoreCase);

    /// <summary>The property of a setting; null if there is none of that name.</summary>
    public PropertyInfo? Find(string setting) => Find(_properties, setting) ?? Find(ObjectProperties, setting);

    /// <summary>Sets a setting. A text is read as the setting's type.</summary>
    /// <param name="setting">The name as written, for a fault.</param>
    /// <param name="property">What <see cref="Find(string)"/> found.</param>
    /// <param name="value">The value, or its text.</param>
    public void Set(string setting, PropertyInfo property, object? value)
    {
        if (value is string text && !TryRead(setting, text, property.PropertyType, out value))
            return;

        var owner = property.DeclaringType == typeof(OssObjectProperties) ? (object)_options.ObjectProperties : _options;
        property.SetValue(owner, value is IDictionary<string, string> entries ? new Dictionary<string, string>(entries) : value);
    }

    /// <summary>Sets what a section of the configuration has. An empty text counts as not given, except where it is a value.</summary>
    /// <param name="section">The section.</param>
    /// <param name="path">Where it is, for faults.</param>
    /// <param name="mayBeEmpty">A further setting for which an empty text is a value.</param>
    public void Read(IConfiguration section, string path, string mayBeEmpty)
    {
        foreach (var setting in section.GetChildren())
        {
            if (setting.Key.Equals(nameof(OssAppenderOptions.ObjectProperties), StringComparison.OrdinalIgnoreCase))
                Read(setting, $"{path}:{setting.Key}", mayBeEmpty);
            else if (setting.Key.Equals(Filters, StringComparison.OrdinalIgnoreCase))
                continue;
            else if (Find(setting.Key) is not { } property || !IsReadable(property))
                _misspelt.Add(MisspeltSetting.Of(setting.Key, path, [.. _properties.Concat(ObjectProperties).Where(IsReadable).Select(known => known.Name), Filters]));
            else if (!SettingText.IsRead(property.PropertyType))
                Set(property.Name, property, setting.GetChildren().ToDictionary(entry => entry.Key, entry => entry.Value ?? ""));
            else if (!string.IsNullOrEmpty(setting.Value) || property.Name == mayBeEmpty || IsEmptyAValue(property.Name))
                Set(property.Name, property, setting.Value ?? "");
        }
    }

    /// <summary>Adds the faults of reading to those of the options. The correct name of a misspelt setting is not also reported as missing.</summary>
    public IEnumerable<SettingFault> With(IEnumerable<SettingFault> faults) =>
        _faults.Concat(faults)
            .Where(fault => !_misspelt.Exists(misspelt => fault.Setting.Equals(misspelt.Meant, StringComparison.OrdinalIgnoreCase)))
            .Concat(_misspelt.Select(misspelt => misspelt.ToFault()));

    /// <summary>Whether all settings that a configuration can have are equal. Settings that only code can set are not compared.</summary>
    public static bool AreSame(PropertyInfo[] properties, object left, object right) => Array.TrueForAll(properties, property => (property.GetValue(left), property.GetValue(right)) switch
    {
        (OssObjectProperties one, OssObjectProperties other) => AreSame(ObjectProperties, one, other),
        (IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) => one.Count == other.Count && !one.Except(other).Any(),
        var (one, other) => !IsReadable(property) || Equals(one, other),
    });

    /// <summary>Reads a text as a type; false, with a fault, if it cannot be read.</summary>
    public bool TryRead(string setting, string text, Type type, out object? value)
    {
        if (SettingText.TryRead(text, type, out value, out var need))
            return true;

        _faults.Add(SettingText.FaultOf(setting, text, type, need));
        return false;
    }

    // Objects can be set by code only.
    private static bool IsReadable(PropertyInfo property) => SettingText.IsRead(property.PropertyType) || property.PropertyType == typeof(IReadOnlyDictionary<string, string>);

    private static PropertyInfo? Find(PropertyInfo[] properties, string setting) =>
        Array.Find(properties, property => property.Name.Equals(setting, StringComparison.OrdinalIgnoreCase));
}
