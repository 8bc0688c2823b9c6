using System.Text;
using OssLogSinks.Core.Client.Credentials;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// The methods that configuration files call are written from the properties of the options, since a reader of configuration finds
/// settings as parameters only: <c>OSSLOGSINKS_ACCEPT_SETTINGS=1 dotnet test</c> writes them.
/// </summary>
public class FlatOverloadTests
{
    private const string Path = "src/Serilog.Sinks.OssAppend/FromConfiguration/OssAppendFromConfiguration.cs";
    private const string Begin = "public static class OssAppendFromConfiguration\n{\n";
    private const string End = "}\n#pragma warning restore CS1573\n";
    private const int Width = 140;

    private static readonly Type[] Texts = [typeof(string), typeof(bool), typeof(int), typeof(long), typeof(TimeSpan), typeof(IOssCredentialsProvider)];

    [Fact]
    public void Methods_HaveEverySetting()
    {
        var text = Repository.Read(Path);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var actual = text[..begin] + Method(isAudit: false) + "\n" + Method(isAudit: true) + End;
        if (Environment.GetEnvironmentVariable("OSSLOGSINKS_ACCEPT_SETTINGS") == "1")
            File.WriteAllText(System.IO.Path.Combine(Repository.Root, Path), actual);

        Assert.Equal(Repository.Read(Path), actual);
    }

    private static string Method(bool isAudit)
    {
        var settings = SettingsList.Common.Concat(SettingsList.OfSerilog)
            .Where(setting => !SettingsList.InCodeOnly.Contains(setting.Code) && !(isAudit && AuditHasNot(setting.Property.Name)))
            .OrderBy(setting => IsText(setting) ? 0 : 1)
            .ToList();
        var owner = isAudit ? "auditSinkConfiguration" : "sinkConfiguration";
        var parameters = settings.Where(IsText).Select(setting => $"string? {Name(setting)} = {(HasNullAsAValue(setting) ? "TextSettings.NotGiven" : "null")}")
            .Append("string? restrictedToMinimumLevel = null")
            .Concat(settings.Where(setting => !IsText(setting)).Select(setting => $"{TypeOf(setting)}? {Name(setting)} = null"))
            .Concat(["LoggingLevelSwitch? levelSwitch = null", "OssAppendSinkOptions? options = null", "IConfiguration? configuration = null"]);
        return $$"""
                /// <summary>Adds {{(isAudit ? "an audit sink" : "a sink")}} whose settings are text.</summary>
                /// <returns>The logger's configuration, for chaining.</returns>
                /// <exception cref="OssSettingsException">Some settings cannot be read or used; the exception names all of them.</exception>
                [EditorBrowsable(EditorBrowsableState.Never)]
                public static LoggerConfiguration OssAppend(
                    this Logger{{(isAudit ? "Audit" : "")}}SinkConfiguration {{owner}},
            {{Lines(parameters, 8)}})
                {
                    if ({{owner}} is null)
                        throw new ArgumentNullException(nameof({{owner}}));

                    var settings = TextSettings.Read(
                        options,
            {{Lines(settings.Select(setting => $"(nameof({Name(setting)}), {Name(setting)})"), 12)}});
                    var minimum = settings.Level(nameof(restrictedToMinimumLevel), restrictedToMinimumLevel);
                    SettingsCheck.Require{{(isAudit ? "ForAudit" : "")}}(settings.Options, settings.Names, configuration, settings.Faults);
                    return {{owner}}.Sink(new OssAppend{{(isAudit ? "Audit" : "")}}Sink(settings.Options), minimum, levelSwitch);
                }

            """;
    }

    private static string Name(Setting setting) => SettingsList.Camel(setting.Property.Name);

    private static bool IsText(Setting setting) => (Nullable.GetUnderlyingType(setting.Property.PropertyType) ?? setting.Property.PropertyType) is var type && (type.IsEnum || Texts.Contains(type));

    private static string TypeOf(Setting setting) => setting.Property.PropertyType.IsGenericType ? "IDictionary<string, string>" : setting.Property.PropertyType.Name;

    // Left out, it is not the same as null.
    private static bool HasNullAsAValue(Setting setting) =>
        setting.Property.DeclaringType!.IsAssignableFrom(typeof(OssAppendSinkOptions))
        && Nullable.GetUnderlyingType(setting.Property.PropertyType) is not null
        && setting.Property.GetValue(new OssAppendSinkOptions()) is not null;

    private static bool AuditHasNot(string name) =>
        Repository.Read("src/Serilog.Sinks.OssAppend/AppenderSettings.cs").Contains($"        nameof(OssAppendSinkOptions.{name}),\n", StringComparison.Ordinal);

    private static string Lines(IEnumerable<string> items, int indent)
    {
        var lines = new List<StringBuilder> { new() };
        foreach (var item in items)
        {
            if (lines[^1].Length > 0 && indent + lines[^1].Length + item.Length + 2 > Width)
                lines.Add(new StringBuilder());
            lines[^1].Append(lines[^1].Length > 0 ? " " : "").Append(item).Append(',');
        }

        return string.Join('\n', lines.Select(line => new string(' ', indent) + line)).TrimEnd(',');
    }
}
