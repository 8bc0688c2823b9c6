using System.Data.Common;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging;

namespace OssLogSinks.Aspire;

/// <summary>
/// The settings of <c>builder.AddOssAppend("logs")</c>, read from the section <c>Aspire:OssAppend</c> of the configuration. Those of the
/// logging provider are in <c>Logging:OssAppend</c>.
/// </summary>
public sealed class OssAppendSettings
{
    internal const string Section = "Aspire:OssAppend";

    private static readonly string[] Names = [nameof(ConnectionString), nameof(DisableHealthChecks), nameof(DisableMetrics)];

    /// <summary>
    /// Where events go: <c>Endpoint=…;Region=…;Bucket=…;AccessKeyId=…;AccessKeySecret=…;SecurityToken=…</c>. What it contains replaces the same
    /// setting in <c>Logging:OssAppend</c>, and an endpoint also <c>Network</c>; it need not contain all. If there is a connection string of the
    /// given name, that is used instead of the one in the section; <c>configureSettings</c> can still change it.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether the health check <c>oss-append</c> is left out. Default: false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether the metrics are left out. They are exported if the application has OpenTelemetry. Default: false.</summary>
    public bool DisableMetrics { get; set; }

    internal static OssAppendSettings Read(IConfigurationSection section, List<SettingFault> faults)
    {
        var settings = new OssAppendSettings { ConnectionString = section[nameof(ConnectionString)] };
        settings.DisableHealthChecks = ReadSwitch(nameof(DisableHealthChecks));
        settings.DisableMetrics = ReadSwitch(nameof(DisableMetrics));
        faults.AddRange(section.GetChildren()
            .Where(child => !Names.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => new SettingFault($"{Section}:{child.Key}", $"is not a setting; there are {string.Join(", ", Names)}. Settings of the provider belong to Logging:OssAppend.")));
        return settings;

        bool ReadSwitch(string name)
        {
            var value = section[name];
            if (string.IsNullOrEmpty(value))
                return false;

            if (!bool.TryParse(value, out var isSet))
                faults.Add(SettingFault.OfValue($"{Section}:{name}", value, "must be true or false."));
            return isSet;
        }
    }
}

/// <summary>The parts of a connection string. No fault shows a value: it may be a secret.</summary>
internal static class ConnectionParts
{
    private static readonly Dictionary<string, Action<OssAppendLoggerOptions, string>> Parts = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(OssAppenderOptions.Endpoint)] = static (options, value) => (options.Endpoint, options.Network) = (value, OssNetwork.Public),
        [nameof(OssAppenderOptions.Region)] = static (options, value) => options.Region = value,
        [nameof(OssAppenderOptions.Bucket)] = static (options, value) => options.Bucket = value,
        [nameof(OssAppenderOptions.AccessKeyId)] = static (options, value) => options.AccessKeyId = value,
        [nameof(OssAppenderOptions.AccessKeySecret)] = static (options, value) => options.AccessKeySecret = value,
        [nameof(OssAppenderOptions.SecurityToken)] = static (options, value) => options.SecurityToken = value,
    };

    public static IReadOnlyDictionary<string, string> Parse(string setting, string? connectionString, List<SettingFault> faults)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var text = new DbConnectionStringBuilder();
        try
        {
            text.ConnectionString = connectionString ?? "";
        }
        catch (ArgumentException)
        {
            faults.Add(new SettingFault(setting, $"is not a connection string: write Name=value;Name=value, with the names {string.Join(", ", Parts.Keys)}."));
            return found;
        }

        foreach (string name in text.Keys)
        {
            if (Parts.ContainsKey(name))
                found[name] = (string)text[name];
            else
                faults.Add(new SettingFault(setting, $"has {SettingFault.Shown(name)}, which is not a part of it; there are {string.Join(", ", Parts.Keys)}."));
        }

        return found;
    }

    public static void Apply(IReadOnlyDictionary<string, string> parts, OssAppendLoggerOptions options)
    {
        foreach (var part in parts)
            Parts[part.Key](options, part.Value);
    }
}
