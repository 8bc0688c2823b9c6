using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake.Settings;

namespace Serilog.Sinks.OssAppend;

/// <summary>Finds all faults of the settings at once, including the core's, each under the name that the user wrote.</summary>
[StackTraceHidden]
internal static class SettingsCheck
{
    /// <summary>Checks the settings of a sink.</summary>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static void Require(
        OssAppendSinkOptions options, SettingNames names, IConfiguration? configuration = null, IReadOnlyList<SettingFault>? unreadable = null)
    {
        var faults = OwnFaults(options).Concat(QueueFaults(options)).Concat(AppenderSettings.From(options).Validate());
        ThrowIfAny("WriteTo.OssAppend", options, faults.Select(names.InWordsOfTheUser), configuration, unreadable);
    }

    /// <summary>Checks the settings of an audit sink.</summary>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public static void RequireForAudit(
        OssAppendSinkOptions options, SettingNames names, IConfiguration? configuration = null, IReadOnlyList<SettingFault>? unreadable = null)
    {
        var faults = OwnFaults(options).Concat(AppenderSettings.MeaninglessInAudit(options)).Concat(AppenderSettings.ForAuditWithout(options).Validate());
        ThrowIfAny("AuditTo.OssAppend", options, faults.Select(names.InWordsOfTheUser), configuration, unreadable);
    }

    private static IEnumerable<SettingFault> OwnFaults(OssAppendSinkOptions options)
    {
        if (options.Formatter is null && options.OutputTemplate is null)
            yield return SettingFault.OfValue(nameof(options.OutputTemplate), null, "must not be null, unless there is a formatter.");
        if (options.Formatter is not null && options.EscapeControlCharacters)
            yield return new SettingFault(nameof(options.EscapeControlCharacters), ConfiguredSettings.NotUsedByAFormatter);
        if (options.Listener is not null)
            yield return new SettingFault(nameof(options.Listener), "must be left out because the sink sets it. Use Serilog's failure listener.");
    }

    private static IEnumerable<SettingFault> QueueFaults(OssAppendSinkOptions options)
    {
        if (options.BatchSizeLimit < 1)
            yield return SettingFault.OfValue(nameof(options.BatchSizeLimit), options.BatchSizeLimit, "must be at least 1 event.");
        if (options.QueueLimit < 1)
            yield return SettingFault.OfValue(nameof(options.QueueLimit), options.QueueLimit, "must be at least 1 event.");
        if (BlockTimeouts.FaultOf(nameof(options.BlockTimeout), options.BlockTimeout) is { } fault)
            yield return fault;
    }

    private static void ThrowIfAny(
        string owner, OssAppendSinkOptions options, IEnumerable<SettingFault> found, IConfiguration? configuration, IReadOnlyList<SettingFault>? unreadable)
    {
        // The correct name of a misspelt setting is not also reported as missing.
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

    // The configuration reader wraps the exception in one that names no setting, and the application usually ends with it. SelfLog is usually
    // not enabled that early.
#pragma warning disable RS0030
    private static void WriteToStandardError(OssSettingsException exception) => Console.Error.WriteLine(exception.Message);
#pragma warning restore RS0030
}

/// <summary>Writes setting names as the user does: as properties of the options, or as parameters in camelCase.</summary>
internal sealed class SettingNames
{
    private const string PartPrefix = nameof(OssAppenderOptions.ObjectProperties) + ".";

    private static readonly HashSet<string> ParametersOfWriteTo = ParametersOf(typeof(OssAppendLoggerConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static));
    private static readonly HashSet<string> ParametersOfAuditTo = ParametersOf(typeof(OssAppendLoggerAuditConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static));

    /// <summary>All names as properties of <see cref="OssAppendSinkOptions"/>.</summary>
    public static readonly SettingNames OfProperties = new(_ => false);

    /// <summary>For configuration files: every setting is a parameter.</summary>
    public static readonly SettingNames OfConfiguration = new(_ => true);

    /// <summary>For code with <c>WriteTo</c>: the most used settings are parameters, and <c>configure</c> sets the others.</summary>
    public static readonly SettingNames OfWriteTo = new(name => ParametersOfWriteTo.Contains(Spell(name)));

    /// <summary>For code with <c>AuditTo</c>.</summary>
    public static readonly SettingNames OfAuditTo = new(name => ParametersOfAuditTo.Contains(Spell(name)));

    // Matches setting names in a sentence. Quoted text is the user's own and must not change.
    private static readonly Regex Name = new(
        @"(?<!\w)'.*?'(?!\w)|\b(" + string.Join("|", typeof(OssAppendSinkOptions).GetProperties().Select(property => property.Name)) + @")\b");

    private readonly Func<string, bool> _isParameter;

    private SettingNames(Func<string, bool> isParameter) => _isParameter = isParameter;

    /// <summary>Writes a fault with the user's names; its sentence may name other settings too.</summary>
    public SettingFault InWordsOfTheUser(SettingFault fault)
    {
        // Members of the object properties are separate parameters.
        var setting = fault.Setting.StartsWith(PartPrefix, StringComparison.Ordinal) && _isParameter(fault.Setting.Substring(PartPrefix.Length))
            ? fault.Setting.Substring(PartPrefix.Length)
            : fault.Setting;
        return new SettingFault(Write(setting), Name.Replace(fault.Problem, match => match.Groups[1].Success ? Write(match.Value) : match.Value));
    }

    /// <summary>Converts a property's name to a parameter's.</summary>
    public static string Spell(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);

    private static HashSet<string> ParametersOf(MethodInfo[] methods) => [.. methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.Name!)];

    private string Write(string name) => _isParameter(name) ? Spell(name) : name;
}
