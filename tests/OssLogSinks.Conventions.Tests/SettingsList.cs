using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NLog.Targets;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Extensions.Logging;
using Serilog.Configuration;
using Serilog.Sinks.OssAppend;
using Serilog.Sinks.OssAppend.FromConfiguration;

namespace OssLogSinks.Conventions.Tests;

/// <summary>One setting, with its name in each form; null where that form does not have it.</summary>
/// <param name="Property">The property that declares it.</param>
/// <param name="Code">In code: a property of the options, or of NLog's target for its own.</param>
/// <param name="Json">In <c>appsettings.json</c> and <c>&lt;appSettings&gt;</c>.</param>
/// <param name="NLog">In <c>NLog.config</c>.</param>
internal sealed record Setting(PropertyInfo Property, string Code, string? Json, string? NLog)
{
    /// <summary>What its doc comment says, in Markdown, without the default.</summary>
    public string Meaning { get; } = SettingsList.TextOf(Property).Meaning;

    /// <summary>What its doc comment says about its default.</summary>
    public string Default { get; } = SettingsList.TextOf(Property).Default;

    public string Type => TypeOf(Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType);

    private string TypeOf(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "number",
        _ when type == typeof(TimeSpan) => "time",
        _ when type == typeof(string) => "text",
        _ when type == typeof(IOssCredentialsProvider) => "word, or in code `IOssCredentialsProvider`",
        _ when type.IsEnum => string.Join(", ", Enum.GetNames(type)),
        _ when type.IsGenericType => Property.Name is nameof(OssAppenderOptions.Random) ? "function" : "names and values",
        _ => $"`{type.Name}`",
    };
}

/// <summary>Every setting, read from the types that declare them and from their doc comments.</summary>
internal static partial class SettingsList
{
    /// <summary>Settings that only code can give: objects, and what NLog's target has by its <c>Configure</c>.</summary>
    public static readonly string[] InCodeOnly =
    [
        nameof(OssAppenderOptions.HttpMessageHandler), nameof(OssAppenderOptions.Listener), nameof(OssAppenderOptions.TimeProvider), nameof(OssAppenderOptions.Random),
        nameof(OssAppenderOptions.ObjectProperties) + "." + nameof(OssObjectProperties.Expires),
    ];

    /// <summary>Settings that NLog's target takes by its <c>Configure</c> only: objects that NLog cannot create.</summary>
    public static readonly string[] NotInNLogConfig = [nameof(OssAppenderOptions.Client), nameof(OssAppenderOptions.Diagnostics)];

    /// <summary>Arguments in JSON that are no settings of the sink, but Serilog's own.</summary>
    public static readonly string[] ArgumentsOfSerilog = ["restrictedToMinimumLevel", "levelSwitch", "options", "configuration"];

    private static readonly string[] Units = ["", "Seconds", "Milliseconds"];

    /// <summary>The settings that all front doors have, in the order in which they are declared.</summary>
    public static IReadOnlyList<Setting> Common { get; } =
        [.. DeclaredBy(typeof(OssAppenderOptions)).SelectMany(property => property.Name == nameof(OssAppenderOptions.ObjectProperties)
            ? DeclaredBy(typeof(OssObjectProperties)).Select(part => Of(part, property.Name + "." + part.Name))
            : [Of(property, property.Name)])];

    /// <summary>Serilog's own.</summary>
    public static IReadOnlyList<Setting> OfSerilog { get; } =
        [.. DeclaredBy(typeof(OssAppendSinkOptions)).Select(property => new Setting(property, property.Name, Camel(property.Name), null))];

    /// <summary>NLog's own.</summary>
    public static IReadOnlyList<Setting> OfNLog { get; } =
        [.. DeclaredBy(typeof(OssAppendTarget)).Where(property => Common.All(setting => setting.NLog != property.Name)).Select(property =>
            new Setting(property, property.Name, null, property.Name == nameof(OssAppendTarget.Configure) ? null : property.Name))];

    /// <summary>The logging provider's own.</summary>
    public static IReadOnlyList<Setting> OfLogging { get; } =
        [.. DeclaredBy(typeof(OssAppendLoggerOptions)).Select(property => new Setting(property, property.Name, Camel(property.Name), null))];

    /// <summary>The parameters of the method that configuration files call.</summary>
    public static ParameterInfo[] ParametersInJson(bool isAudit) =>
        [.. typeof(OssAppendFromConfiguration).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(method => method.GetParameters()[0].ParameterType == (isAudit ? typeof(LoggerAuditSinkConfiguration) : typeof(LoggerSinkConfiguration)))
            .GetParameters().Skip(1)];

    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>The text of a property's doc comment, in Markdown: what it says but for the default, and the default.</summary>
    public static (string Meaning, string Default) TextOf(PropertyInfo property)
    {
        var owner = property.DeclaringType!;
        var member = XDocument.Load(Path.ChangeExtension(owner.Assembly.Location, ".xml")).Descendants("member")
            .Single(m => (string?)m.Attribute("name") == $"P:{owner.FullName}.{property.Name}");
        var text = Blanks().Replace(string.Concat(member.Element("summary")!.Nodes().Select(MarkdownOf)), " ").Trim();
        var match = DefaultSentence().Match(text);
        return match.Success
            ? ((text[..match.Index] + text[(match.Index + match.Length)..]).Trim(), match.Groups["default"].Value)
            : (text, "");
    }

    private static Setting Of(PropertyInfo property, string code)
    {
        var name = property.Name;
        var target = typeof(OssAppendTarget).GetProperties().Select(p => p.Name).ToHashSet();
        return new Setting(property, code, InCodeOnly.Contains(code) ? null : Camel(name), Units.Select(unit => name + unit).FirstOrDefault(target.Contains));
    }

    private static IEnumerable<PropertyInfo> DeclaredBy(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(p => p.Name != "EqualityContract").OrderBy(p => p.MetadataToken);

    private static string MarkdownOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{NameOf((string)see.Attribute("cref")!)}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        _ => throw new NotSupportedException($"{node} in a doc comment of a setting."),
    };

    // Of another type than the options, the type says more than the member alone.
    private static string NameOf(string cref)
    {
        var parts = cref[2..].Split('.');
        return cref[0] == 'T' || parts[^2] is nameof(OssAppenderOptions) or nameof(OssAppendSinkOptions) or nameof(OssAppendLoggerOptions) or nameof(OssAppendTarget) or nameof(TargetWithLayout)
            ? parts[^1]
            : parts[^2] + "." + parts[^1];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"Default: (?<default>.*?)\.(?=\s|$)")]
    private static partial Regex DefaultSentence();
}
