using System.Reflection;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Protocol;

namespace Serilog.Sinks.OssAppend.Settings;

/// <summary>
/// What stands in the application's configuration for this sink, and nobody reads: Serilog.Settings.Configuration leaves out,
/// without a word, what no parameter is called. It hands the whole configuration over, so every section of this sink is
/// looked at, wherever it stands.
/// </summary>
internal static class ConfiguredSettings
{
    private const string SinkName = "OssAppend";
    private const string Options = "options";
    private const string Formatter = "formatter";

    private static readonly string[] BesideOptions = [Options, "restrictedToMinimumLevel", "levelSwitch"];
    private static readonly string[] NotWithAFormatter = ["outputTemplate", "formatProvider"];

    private static readonly string[] Parameters =
    [
        .. typeof(OssAppendLoggerConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .SelectMany(method => method.GetParameters().Skip(1))
            .Where(parameter => parameter.ParameterType != typeof(IConfiguration))
            .Select(parameter => parameter.Name!)
            .Distinct(),
    ];

    private static readonly string[] OptionNames = [.. typeof(OssAppendSinkOptions).GetProperties().Select(property => property.Name)];
    private static readonly string[] ObjectPropertyNames = [.. typeof(OssObjectProperties).GetProperties().Select(property => property.Name)];

    /// <summary>Settings that there are not.</summary>
    public static IReadOnlyList<MisspeltSetting> Misspelt(IConfiguration? configuration) =>
        configuration is null ? [] : [.. ArgumentsOf(configuration, isSinks: false).SelectMany(MisspeltIn)];

    /// <summary>Settings that are not read because of another one beside them.</summary>
    public static IReadOnlyList<SettingFault> Conflicts(IConfiguration? configuration) =>
        configuration is null ? [] : [.. ArgumentsOf(configuration, isSinks: false).SelectMany(ConflictsIn)];

    // Sinks may stand in sinks, and under any name: WriteTo, WriteTo:Oss, AuditTo, WriteTo:0:Args:configureLogger:WriteTo.
    private static IEnumerable<IConfigurationSection> ArgumentsOf(IConfiguration parent, bool isSinks)
    {
        foreach (var child in parent.GetChildren())
        {
            if (isSinks && SinkName.Equals(child["Name"], StringComparison.OrdinalIgnoreCase))
                yield return child.GetSection("Args");

            foreach (var found in ArgumentsOf(child, isSinks || IsSinks(child.Key)))
                yield return found;
        }
    }

    private static bool IsSinks(string key) =>
        key.StartsWith("WriteTo", StringComparison.OrdinalIgnoreCase) || key.StartsWith("AuditTo", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<MisspeltSetting> MisspeltIn(IConfigurationSection arguments) =>
        Unknown(arguments, Parameters)
            .Concat(Unknown(arguments.GetSection(Options), OptionNames))
            .Concat(Unknown(arguments.GetSection(Options).GetSection(nameof(OssAppendSinkOptions.ObjectProperties)), ObjectPropertyNames));

    private static IEnumerable<MisspeltSetting> Unknown(IConfigurationSection section, string[] known) =>
        section.GetChildren()
            .Where(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => MisspeltSetting.Of(setting.Key, section.Path, known));

    private static IEnumerable<SettingFault> ConflictsIn(IConfigurationSection arguments)
    {
        var written = arguments.GetChildren().Select(setting => setting.Key).Where(key => Parameters.Contains(key, StringComparer.OrdinalIgnoreCase)).ToList();
        if (written.Contains(Options, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var key in written.Except(BesideOptions, StringComparer.OrdinalIgnoreCase))
                yield return new SettingFault(key, $"cannot stand beside 'options'; write it into them. (It stands in {arguments.Path}.)");
        }
        else if (written.Contains(Formatter, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var key in written.Intersect(NotWithAFormatter, StringComparer.OrdinalIgnoreCase))
                yield return new SettingFault(key, $"cannot stand beside 'formatter'; leave one of the two out. (It stands in {arguments.Path}.)");
        }
    }
}
