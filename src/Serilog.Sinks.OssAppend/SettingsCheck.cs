using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend;

/// <summary>Finds all faults of the settings at once, those of the core included, each under the name that the user wrote.</summary>
[StackTraceHidden]
internal static class SettingsCheck
{
    private static readonly TimeSpan LongestBlock = TimeSpan.FromDays(24);

    /// <summary>Returns if the settings can be used.</summary>
    /// <exception cref="OssSettingsException">They cannot; all faults are named.</exception>
    public static void Require(
        OssAppendSinkOptions options, SettingNames names, IConfiguration? configuration = null, IReadOnlyList<SettingFault>? unreadable = null)
    {
        var faults = OwnFaults(options).Concat(QueueFaults(options)).Concat(AppenderSettings.From(options).Validate());
        ThrowIfAny("WriteTo.OssAppend", options, faults.Select(names.InWordsOfTheUser), configuration, unreadable);
    }

    /// <summary>Returns if the settings can be used where each log call waits for its own event.</summary>
    /// <exception cref="OssSettingsException">They cannot; all faults are named.</exception>
    public static void RequireForAudit(
        OssAppendSinkOptions options, SettingNames names, IConfiguration? configuration = null, IReadOnlyList<SettingFault>? unreadable = null)
    {
        var faults = OwnFaults(options).Concat(AppenderSettings.MeaninglessInAudit(options)).Concat(AppenderSettings.ForAuditWithout(options).Validate());
        ThrowIfAny("AuditTo.OssAppend", options, faults.Select(names.InWordsOfTheUser), configuration, unreadable);
    }

    private static IEnumerable<SettingFault> OwnFaults(OssAppendSinkOptions options)
    {
        if (options.Formatter is null && options.OutputTemplate is null)
            yield return SettingFault.OfValue(nameof(options.OutputTemplate), null, "must not be, unless there is a formatter.");
        if (options.Listener is not null)
            yield return new SettingFault(nameof(options.Listener), "must be left out; the sink sets it. Use a failure listener of Serilog's.");
    }

    private static IEnumerable<SettingFault> QueueFaults(OssAppendSinkOptions options)
    {
        if (options.BatchSizeLimit < 1)
            yield return SettingFault.OfValue(nameof(options.BatchSizeLimit), options.BatchSizeLimit, "must be at least 1 event.");
        if (options.QueueLimit < 1)
            yield return SettingFault.OfValue(nameof(options.QueueLimit), options.QueueLimit, "must be at least 1 event.");
        if (options.BlockTimeout != Timeout.InfiniteTimeSpan && (options.BlockTimeout < TimeSpan.Zero || options.BlockTimeout > LongestBlock))
            yield return SettingFault.OfValue(nameof(options.BlockTimeout), options.BlockTimeout, "must be from zero up to 24 days, or -1 milliseconds for as long as it takes.");
    }

    private static void ThrowIfAny(
        string owner, OssAppendSinkOptions options, IEnumerable<SettingFault> found, IConfiguration? configuration, IReadOnlyList<SettingFault>? unreadable)
    {
        // A setting that is misspelt is not reported as missing too.
        var misspelt = ConfiguredSettings.Misspelt(configuration);
        var faults = (unreadable ?? []).Concat(found)
            .Where(fault => !misspelt.Any(m => fault.Setting.Equals(m.Meant, StringComparison.OrdinalIgnoreCase)))
            .Concat(misspelt.Select(m => m.ToFault()))
            .Concat(ConfiguredSettings.Conflicts(configuration))
            .ToList();
        if (faults.Count == 0)
            return;

        var exception = new OssSettingsException(options.WithoutSecrets(faults), owner);
        if (configuration is not null || unreadable is not null)
            WriteToStandardError(exception);
        throw exception;
    }

    // What reads a configuration file wraps the exception into one that names no setting, the application ends by it, and nobody listens
    // to SelfLog that early.
#pragma warning disable RS0030
    private static void WriteToStandardError(OssSettingsException exception) => Console.Error.WriteLine(exception.Message);
#pragma warning restore RS0030
}

/// <summary>How the user writes the names of settings: as properties of the options, or as parameters, which begin with a small letter.</summary>
internal sealed class SettingNames
{
    private const string PartPrefix = nameof(OssAppenderOptions.ObjectProperties) + ".";

    private static readonly HashSet<string> ParametersOfWriteTo = ParametersOf(typeof(OssAppendLoggerConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static));
    private static readonly HashSet<string> ParametersOfAuditTo = ParametersOf(typeof(OssAppendLoggerAuditConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static));

    /// <summary>As the properties of <see cref="OssAppendSinkOptions"/>.</summary>
    public static readonly SettingNames OfProperties = new(_ => false);

    /// <summary>As in configuration files, where every setting is a parameter.</summary>
    public static readonly SettingNames OfConfiguration = new(_ => true);

    /// <summary>As in code with <c>WriteTo</c>, where the most used settings are parameters, and <c>configure</c> sets the others.</summary>
    public static readonly SettingNames OfWriteTo = new(name => ParametersOfWriteTo.Contains(Spell(name)));

    /// <summary>As in code with <c>AuditTo</c>.</summary>
    public static readonly SettingNames OfAuditTo = new(name => ParametersOfAuditTo.Contains(Spell(name)));

    // Settings that a sentence names; what stands in quotes is the user's own text.
    private static readonly Regex Name = new(
        @"(?<!\w)'.*?'(?!\w)|\b(" + string.Join("|", typeof(OssAppendSinkOptions).GetProperties().Select(property => property.Name)) + @")\b");

    private readonly Func<string, bool> _isParameter;

    private SettingNames(Func<string, bool> isParameter) => _isParameter = isParameter;

    /// <summary>A fault in the user's words; its sentence may name other settings.</summary>
    public SettingFault InWordsOfTheUser(SettingFault fault)
    {
        // The parts of the object properties are parameters of their own.
        var setting = fault.Setting.StartsWith(PartPrefix, StringComparison.Ordinal) && _isParameter(fault.Setting.Substring(PartPrefix.Length))
            ? fault.Setting.Substring(PartPrefix.Length)
            : fault.Setting;
        return new SettingFault(Write(setting), Name.Replace(fault.Problem, match => match.Groups[1].Success ? Write(match.Value) : match.Value));
    }

    /// <summary>A property's name as that of a parameter.</summary>
    public static string Spell(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);

    private static HashSet<string> ParametersOf(MethodInfo[] methods) => [.. methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.Name!)];

    private string Write(string name) => _isParameter(name) ? Spell(name) : name;
}
