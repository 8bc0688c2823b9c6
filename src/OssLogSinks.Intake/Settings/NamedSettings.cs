using System.Reflection;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake.Settings;

/// <summary>Sets options by the names of their settings, and collects the texts that cannot be read. The case of a name does not matter.</summary>
internal sealed class NamedSettings
{
    // An empty text is a value for these: no size limit; and a buffer without a folder, which must be refused.
    private static readonly string[] MayBeEmpty = [nameof(OssAppenderOptions.ObjectSizeLimitBytes), nameof(OssAppenderOptions.BufferPath)];

    private static readonly PropertyInfo[] ObjectProperties = typeof(OssObjectProperties).GetProperties();

    private readonly OssAppenderOptions _options;
    private readonly PropertyInfo[] _properties;
    private readonly List<SettingFault> _faults = [];

    /// <param name="options">The options to set. Their object properties are copied, as others may have them too.</param>
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

    /// <summary>Reads a text as a type; false, with a fault, if it cannot be read.</summary>
    public bool TryRead(string setting, string text, Type type, out object? value)
    {
        if (SettingText.TryRead(text, type, out value, out var need))
            return true;

        _faults.Add(SettingFault.OfValue(setting, text, need));
        return false;
    }

    private static PropertyInfo? Find(PropertyInfo[] properties, string setting) =>
        Array.Find(properties, property => property.Name.Equals(setting, StringComparison.OrdinalIgnoreCase));
}
