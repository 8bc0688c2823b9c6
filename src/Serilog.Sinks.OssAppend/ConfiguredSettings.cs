using System.Reflection;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend;

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

    private static readonly string[] NotWithAFormatter = ["outputTemplate", "formatProvider"];

    private static readonly string[] OfWriteTo = ParametersOf(typeof(OssAppendLoggerConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static));
    private static readonly string[] OfAuditTo = ParametersOf(typeof(OssAppendLoggerAuditConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static));
    private static readonly PropertyInfo[] OptionProperties = typeof(OssAppendSinkOptions).GetProperties();
    private static readonly PropertyInfo[] ObjectProperties = typeof(OssObjectProperties).GetProperties();

    /// <summary>Settings that there are not.</summary>
    public static IReadOnlyList<MisspeltSetting> Misspelt(IConfiguration? configuration) =>
        configuration is null ? [] : [.. ArgumentsOf(configuration, SinkKind.None).SelectMany(MisspeltIn)];

    /// <summary>Settings that cannot be read, or are not because of another one beside them.</summary>
    public static IReadOnlyList<SettingFault> Conflicts(IConfiguration? configuration) =>
        configuration is null ? [] : [.. ArgumentsOf(configuration, SinkKind.None).SelectMany(arguments => UnreadableIn(arguments).Concat(ConflictsIn(arguments)))];

    private static string[] ParametersOf(IEnumerable<MethodInfo> methods) =>
    [
        .. methods
            .SelectMany(method => method.GetParameters().Skip(1))
            .Where(parameter => parameter.ParameterType != typeof(IConfiguration))
            .Select(parameter => parameter.Name!)
            .Distinct(),
    ];

    // In options the configuration reader goes on with the default, without a word, for what it cannot read.
    private static IEnumerable<SettingFault> UnreadableIn(Arguments arguments)
    {
        var options = arguments.Section.GetSection(Options);
        return Unreadable(options, OptionProperties).Concat(Unreadable(options.GetSection(nameof(OssAppendSinkOptions.ObjectProperties)), ObjectProperties));
    }

    private static IEnumerable<SettingFault> Unreadable(IConfigurationSection section, PropertyInfo[] properties)
    {
        foreach (var setting in section.GetChildren())
        {
            var property = properties.FirstOrDefault(p => p.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (property is not null && setting.Value is { Length: > 0 } text && SettingText.IsRead(property.PropertyType)
                && !SettingText.TryRead(Environment.ExpandEnvironmentVariables(text), property.PropertyType, out _, out var need))
            {
                yield return new SettingFault(property.Name, $"{SettingFault.OfValue(property.Name, text, need).Problem} (It is in {section.Path}.)");
            }
        }
    }

    // Sinks may be nested, under any name: WriteTo, WriteTo:Oss, AuditTo, WriteTo:0:Args:configureLogger:WriteTo.
    private static IEnumerable<Arguments> ArgumentsOf(IConfiguration parent, SinkKind kind)
    {
        foreach (var child in parent.GetChildren())
        {
            if (kind != SinkKind.None && SinkName.Equals(child["Name"], StringComparison.OrdinalIgnoreCase))
                yield return new Arguments(child.GetSection("Args"), kind == SinkKind.Audit);

            foreach (var found in ArgumentsOf(child, Through(child.Key, kind)))
                yield return found;
        }
    }

    private static SinkKind Through(string key, SinkKind kind) =>
        key.StartsWith("WriteTo", StringComparison.OrdinalIgnoreCase) ? SinkKind.Write
        : key.StartsWith("AuditTo", StringComparison.OrdinalIgnoreCase) ? SinkKind.Audit
        : kind;

    private static IEnumerable<MisspeltSetting> MisspeltIn(Arguments arguments)
    {
        var options = arguments.Section.GetSection(Options);
        return Unknown(arguments.Section, arguments.IsAudit ? OfAuditTo : OfWriteTo)
            .Where(setting => !arguments.IsAudit || !AuditSettings.IsMeaningless(setting.Name))
            .Concat(Unknown(options, Names(OptionProperties)))
            .Concat(Unknown(options.GetSection(nameof(OssAppendSinkOptions.ObjectProperties)), Names(ObjectProperties)));
    }

    private static string[] Names(PropertyInfo[] properties) => [.. properties.Select(property => property.Name)];

    private static IEnumerable<MisspeltSetting> Unknown(IConfigurationSection section, string[] known) =>
        section.GetChildren()
            .Where(setting => !known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => MisspeltSetting.Of(setting.Key, section.Path, known));

    private static IEnumerable<SettingFault> ConflictsIn(Arguments arguments)
    {
        var settings = arguments.Section.GetChildren().ToList();
        if (arguments.IsAudit)
        {
            foreach (var setting in settings.Where(s => AuditSettings.IsMeaningless(s.Key)))
                yield return AuditSettings.Fault(setting.Key, setting.Value, arguments.Section.Path);
        }

        var known = arguments.IsAudit ? OfAuditTo : OfWriteTo;
        var written = settings.Select(setting => setting.Key).Where(key => known.Contains(key, StringComparer.OrdinalIgnoreCase)).ToList();
        var options = arguments.Section.GetSection(Options);
        foreach (var key in written.Where(key => IsGivenIn(arguments.Section, key) && (IsGivenIn(options, key) || IsGivenIn(options.GetSection(nameof(OssAppendSinkOptions.ObjectProperties)), key))))
            yield return new SettingFault(key, $"is set in 'options' too; leave one of the two out. (It is in {arguments.Section.Path}.)");

        if (written.Contains(Formatter, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var key in written.Intersect(NotWithAFormatter, StringComparer.OrdinalIgnoreCase))
                yield return new SettingFault(key, $"cannot be combined with 'formatter'; leave one of the two out. (It is in {arguments.Section.Path}.)");
        }
    }

    private static bool IsGivenIn(IConfigurationSection section, string key) => section.GetSection(key) is var setting && (setting.Value is { Length: > 0 } || setting.GetChildren().Any());

    private enum SinkKind
    {
        None,
        Write,
        Audit,
    }

    /// <summary>What is in the configuration for one sink.</summary>
    private sealed record Arguments(IConfigurationSection Section, bool IsAudit);
}

/// <summary>A setting in a configuration file that nobody reads. Its value is not shown: a misspelt secret is one all the same.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Path">The section in which it stands.</param>
/// <param name="Meant">The setting that was meant; null if none is like it.</param>
internal sealed record MisspeltSetting(string Name, string Path, string? Meant)
{
    private const string OfTheFileSink = "path";
    private const string ItsName = "objectKey";

    // Two letters may be wrong, in long names one of four.
    private const int FewestMistakes = 2;
    private const int LettersPerMistake = 4;

    public static MisspeltSetting Of(string name, string path, IReadOnlyCollection<string> known)
    {
        if (name.Equals(OfTheFileSink, StringComparison.OrdinalIgnoreCase) && known.Contains(ItsName))
            return new MisspeltSetting(name, path, ItsName);

        var nearest = known.Select(k => (Name: k, Distance: Distance(name.ToUpperInvariant(), k.ToUpperInvariant()))).OrderBy(k => k.Distance).First();
        var isNear = nearest.Distance <= Math.Max(FewestMistakes, name.Length / LettersPerMistake);
        return new MisspeltSetting(name, path, isNear ? nearest.Name : null);
    }

    public SettingFault ToFault() => new(
        Name, $"is no setting of OssAppend; {(Meant is null ? "docs/settings.md has all there are" : $"write '{Meant}'")}. (It is in {Path}.)");

    // Levenshtein's: how many letters to put in, take out or change.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var changed = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
