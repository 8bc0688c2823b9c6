using System.Reflection;
using Microsoft.Extensions.Logging.Configuration;
using Microsoft.Extensions.Options;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake.Rendering;
using OssLogSinks.Intake.Settings;

namespace OssLogSinks.Extensions.Logging;

/// <summary>Reads the options from the configuration, by name, and finds all faults at once.</summary>
internal sealed class LoggerSettings(ILoggerProviderConfiguration<OssAppendLoggerProvider> configuration) : IConfigureOptions<OssAppendLoggerOptions>
{
    private static readonly PropertyInfo[] Properties = typeof(OssAppendLoggerOptions).GetProperties();

    /// <inheritdoc />
    public void Configure(OssAppendLoggerOptions options)
    {
        options.Configured = new NamedSettings(options, Properties);
        options.Configured.Read(configuration.Configuration, "Logging:OssAppend", mayBeEmpty: nameof(options.TimestampFormat));
    }

    /// <summary>All faults of the settings.</summary>
    public static IReadOnlyList<SettingFault> Check(OssAppendLoggerOptions options, string[] formatters)
    {
        var faults = OwnFaults(options, formatters).Concat(options.Validate());
        return options.WithoutSecrets(options.Configured?.With(faults) ?? faults);
    }

    /// <summary>
    /// Whether all settings that a configuration can have are equal; settings that only code can set are not compared. The configuration tells of
    /// every change, also of other sections.
    /// </summary>
    public static bool AreSame(OssAppendLoggerOptions left, OssAppendLoggerOptions right) => NamedSettings.AreSame(Properties, left, right);

    private static IEnumerable<SettingFault> OwnFaults(OssAppendLoggerOptions options, string[] formatters)
    {
        if (!formatters.Contains(options.Formatter, StringComparer.OrdinalIgnoreCase))
            yield return SettingFault.OfValue(nameof(options.Formatter), options.Formatter, $"must be {SettingText.Choice(formatters)}. AddConsoleFormatter() adds others.");
        else if (options.EscapeControlCharacters && !options.Formatter.Equals(OssAppendLoggerOptions.LineFormatter, StringComparison.OrdinalIgnoreCase))
            yield return SettingFault.OfValue(nameof(options.EscapeControlCharacters), "true", "must be false, because only the formatter 'line' uses it.");
        if (!LineTime.IsFormat(options.TimestampFormat))
            yield return SettingFault.OfValue(nameof(options.TimestampFormat), options.TimestampFormat, "must be a .NET date format, or empty for no time.");
        if (BlockTimeouts.FaultOf(nameof(options.BlockTimeout), options.BlockTimeout) is { } fault)
            yield return fault;
        if (options.Listener is not null)
            yield return new SettingFault(nameof(options.Listener), $"must be left out because the provider sets it. Add an {nameof(ILostEventListener)} to the container.");
    }
}
