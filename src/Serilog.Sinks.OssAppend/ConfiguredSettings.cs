using System.Reflection;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake.Settings;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// Finds settings in the application's configuration that are not read: Serilog.Settings.Configuration ignores an argument that matches no
/// parameter. That package passes the whole configuration, so each section of this sink is checked, wherever it is.
/// </summary>
internal static class ConfiguredSettings
{
    /// <summary>What is wrong with a setting that a formatter does not use.</summary>
    internal const string NotUsedByAFormatter = "cannot be combined with 'formatter'; leave one of the two out.";

    private const string SinkName = "OssAppend";
    private const string Options = "options";
    private const string Formatter = "formatter";

    // EscapeControlCharacters is no string, so its value says whether it was set: SettingsCheck finds it in code too.
    private static readonly string[] NotWithAFormatter = ["outputTemplate", "formatProvider"];
    private static readonly string[] OfSerilog = ["restrictedToMinimumLevel", "levelSwitch", Options];

    // Objects that only code can set, and ObjectProperties, whose members are separate arguments.
    private static readonly string[] NoArguments =
    [
        nameof(OssAppendSinkOptions.HttpMessageHandler), nameof(OssAppendSinkOptions.Listener), nameof(OssAppendSinkOptions.TimeProvider),
        nameof(OssAppendSinkOptions.Random), nameof(OssAppendSinkOptions.ObjectProperties), nameof(OssObjectProperties.Expires),
    ];

    private static readonly PropertyInfo[] OptionProperties = typeof(OssAppendSinkOptions).GetProperties();
    private static readonly PropertyInfo[] ObjectProperties = typeof(OssObjectProperties).GetProperties();

    /// <summary>The arguments of <c>WriteTo:OssAppend</c>.</summary>
    internal static readonly string[] OfWriteTo =
        [.. OptionProperties.Concat(ObjectProperties).Select(property => property.Name).Except(NoArguments).Select(SettingNames.Spell), .. OfSerilog];

    /// <summary>The arguments of <c>AuditTo:OssAppend</c>.</summary>
    internal static readonly string[] OfAuditTo = [.. OfWriteTo.Where(name => !AppenderSettings.IsMeaninglessInAudit(name))];

    /// <summary>
    /// Settings that cannot be set where they are written: unknown names, and names that belong elsewhere or that only code can set.
    /// </summary>
    public static IReadOnlyList<MisspeltSetting> Misspelt(IConfiguration? configuration) => [.. ArgumentsOf(configuration).SelectMany(MisspeltIn)];

    /// <summary>Settings that cannot be read, have no meaning in an audit, are set twice, or cannot be combined with a formatter.</summary>
    public static IReadOnlyList<SettingFault> Conflicts(IConfiguration? configuration) =>
        [.. ArgumentsOf(configuration).SelectMany(arguments => UnreadableIn(arguments).Concat(ConflictsIn(arguments)))];

    private static IEnumerable<Arguments> ArgumentsOf(IConfiguration? configuration) => configuration is null ? [] : ArgumentsIn(configuration, SinkKind.None);

    // Sinks may be nested, under any name: WriteTo, WriteTo:Oss, AuditTo, WriteTo:0:Args:configureLogger:WriteTo.
    private static IEnumerable<Arguments> ArgumentsIn(IConfiguration parent, SinkKind kind)
    {
        foreach (var child in parent.GetChildren())
        {
            if (kind != SinkKind.None && SinkName.Equals(child["Name"], StringComparison.OrdinalIgnoreCase))
                yield return new Arguments(child.GetSection("Args"), kind == SinkKind.Audit);

            foreach (var found in ArgumentsIn(child, KindOf(child.Key, kind)))
                yield return found;
        }
    }

    private static SinkKind KindOf(string key, SinkKind parent) =>
        key.StartsWith("WriteTo", StringComparison.OrdinalIgnoreCase) ? SinkKind.Write
        : key.StartsWith("AuditTo", StringComparison.OrdinalIgnoreCase) ? SinkKind.Audit
        : parent;

    private static IEnumerable<MisspeltSetting> MisspeltIn(Arguments arguments) =>
        Unknown(arguments.Section, arguments.Known)
            .Where(setting => !arguments.IsAudit || !AppenderSettings.IsMeaninglessInAudit(setting.Name))
            .Concat(Unknown(arguments.Options, Names(OptionProperties)))
            .Concat(Unknown(arguments.Properties, Names(ObjectProperties)));

    private static string[] Names(PropertyInfo[] properties) => [.. properties.Select(property => property.Name)];

    private static IEnumerable<MisspeltSetting> Unknown(IConfigurationSection section, string[] known) =>
        section.GetChildren()
            .Where(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => MisspeltSetting.Of(setting.Key, section.Path, known));

    // For values in options that it cannot parse, the configuration reader silently uses the default.
    private static IEnumerable<SettingFault> UnreadableIn(Arguments arguments) =>
        Unreadable(arguments.Options, OptionProperties).Concat(Unreadable(arguments.Properties, ObjectProperties));

    private static IEnumerable<SettingFault> Unreadable(IConfigurationSection section, PropertyInfo[] properties) =>
        from setting in section.GetChildren()
        from property in properties
        where property.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(setting.Value) && SettingText.IsRead(property.PropertyType)
        let need = property.PropertyType == typeof(IOssCredentialsProvider)
            ? "must be written as the argument 'credentials', beside 'options'."
            : SettingText.NeedOf(Environment.ExpandEnvironmentVariables(setting.Value!), property.PropertyType)
        where need is not null
        select In(section, SettingText.FaultOf(property.Name, setting.Value!, property.PropertyType, need));

    private static IEnumerable<SettingFault> ConflictsIn(Arguments arguments)
    {
        var settings = arguments.Section.GetChildren().ToList();
        var meaningless = settings.Where(setting => arguments.IsAudit && AppenderSettings.IsMeaninglessInAudit(setting.Key))
            .Select(setting => AppenderSettings.MeaninglessInAudit(setting.Key, setting.Value));

        var written = settings.Select(setting => setting.Key).Where(key => arguments.Known.Contains(key, StringComparer.OrdinalIgnoreCase)).ToList();
        var twice = written
            .Where(key => IsGivenIn(arguments.Section, key) && (IsGivenIn(arguments.Options, key) || IsGivenIn(arguments.Properties, key)))
            .Select(key => new SettingFault(key, "is set in 'options' too; leave one of the two out."));

        var besideAFormatter = written.Contains(Formatter, StringComparer.OrdinalIgnoreCase)
            ? written.Intersect(NotWithAFormatter, StringComparer.OrdinalIgnoreCase)
            : [];

        // The configuration reader ignores an object where it expects text, so the default would be used.
        var objects = written.Where(key => key.Equals(nameof(OssAppendSinkOptions.Credentials), StringComparison.OrdinalIgnoreCase) && arguments.Section.GetSection(key).GetChildren().Any())
            .Select(key => new SettingFault(key, "must be text: a word such as RamRole, or the name of a type."));
        return meaningless.Concat(twice).Concat(objects)
            .Concat(besideAFormatter.Select(key => new SettingFault(key, NotUsedByAFormatter)))
            .Select(fault => In(arguments.Section, fault));
    }

    private static SettingFault In(IConfigurationSection section, SettingFault fault) => fault with { Problem = $"{fault.Problem} (It is in {section.Path}.)" };

    private static bool IsGivenIn(IConfigurationSection section, string key) => section.GetSection(key) is var setting && (setting.Value is { Length: > 0 } || setting.GetChildren().Any());

    private enum SinkKind
    {
        None,
        Write,
        Audit,
    }

    /// <summary>One sink in the configuration.</summary>
    private sealed record Arguments(IConfigurationSection Section, bool IsAudit)
    {
        public string[] Known => IsAudit ? OfAuditTo : OfWriteTo;

        public IConfigurationSection Options => Section.GetSection(ConfiguredSettings.Options);

        public IConfigurationSection Properties => Options.GetSection(nameof(OssAppendSinkOptions.ObjectProperties));
    }
}
