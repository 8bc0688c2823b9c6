using System.Globalization;
using System.Reflection;
using System.Text;
using NLog.Targets;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Extensions.Logging;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// The tables of docs/settings.md are written from the doc comments of the settings: <c>OSSLOGSINKS_ACCEPT_SETTINGS=1 dotnet test</c>
/// writes them. Every setting can be reached from each form, and every name in a form is a setting.
/// </summary>
public class SettingsDocumentTests
{
    private const string Document = "docs/settings.md";
    private const string Begin = "<!-- The tables are written from the doc comments of the settings. Do not edit them here. -->\n";
    private const string End = "<!-- End of the tables. -->\n";

    // Each begins with this setting, and ends before the next.
    private static readonly (string Title, string First)[] Sections =
    [
        ("Bucket and credentials", nameof(OssAppenderOptions.Bucket)),
        ("Objects", nameof(OssAppenderOptions.ObjectKey)),
        ("Pace and limits", nameof(OssAppenderOptions.AppendInterval)),
        ("A buffer on disk", nameof(OssAppenderOptions.BufferPath)),
        ("Failures and the end", nameof(OssAppenderOptions.RetryTimeLimit)),
        ("Reports", nameof(OssAppenderOptions.Name)),
        ("In code only", nameof(OssAppenderOptions.Listener)),
    ];

    public static TheoryData<string> Names => [.. SettingsList.Common.Concat(SettingsList.OfSerilog).Select(setting => setting.Code)];

    [Fact]
    public void Tables_AreTheDocComments()
    {
        var text = Repository.Read(Document);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var actual = text[..begin] + Tables() + "\n" + text[text.IndexOf(End, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("OSSLOGSINKS_ACCEPT_SETTINGS") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, Document), actual);

        Assert.Equal(Repository.Read(Document), actual);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EverySetting_CanBeReachedFromEachForm(string code)
    {
        var setting = SettingsList.Common.Concat(SettingsList.OfSerilog).Single(s => s.Code == code);

        if (setting.Json is not null)
            Assert.Contains(setting.Json, SettingsList.ParametersInJson(isAudit: false).Select(p => p.Name));
        if (SettingsList.Common.Contains(setting))
            Assert.Equal(SettingsList.InCodeOnly.Contains(code) || SettingsList.NotInNLogConfig.Contains(code), setting.NLog is null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryArgumentInJson_IsASetting(bool isAudit) => Assert.Empty(
        SettingsList.ParametersInJson(isAudit).Select(p => p.Name)
            .Except(SettingsList.Common.Concat(SettingsList.OfSerilog).Select(setting => setting.Json))
            .Except(SettingsList.ArgumentsOfSerilog));

    [Theory]
    [MemberData(nameof(Names))]
    public void Default_IsTheOneInTheDocComment(string code)
    {
        var setting = SettingsList.Common.Concat(SettingsList.OfSerilog).Single(s => s.Code == code);
        var options = new OssAppendSinkOptions();
        object owner = setting.Property.DeclaringType == typeof(OssObjectProperties) ? options.ObjectProperties : options;

        Assert.NotEqual("", setting.Default);
        if (TextOf(setting.Property, owner) is { } text)
            Assert.Equal(text, ValueOf(setting));
    }

    [Fact]
    public void DefaultsOfNLog_AreThoseInTheDocComments()
    {
        var target = new OssAppendTarget();
        Assert.All(SettingsList.OfNLog, setting => Assert.True(TextOf(setting.Property, target) is not { } text || text == ValueOf(setting), setting.Code));
    }

    [Fact]
    public void DefaultsOfLogging_AreThoseInTheDocComments()
    {
        var options = new OssAppendLoggerOptions();
        Assert.All(SettingsList.OfLogging, setting => Assert.Equal(TextOf(setting.Property, options), ValueOf(setting)));
    }

    // The handler of .NET Framework and Mono has no such limit.
    [Theory]
    [InlineData("src/OssLogSinks.Core/Client/OssClientOptions.cs")]
    [InlineData("src/OssLogSinks.Core/OssAppenderOptions.cs")]
    public void ConnectTimeout_SaysWhereItIsIgnored(string path)
    {
        var source = Repository.Read(path);
        var property = source.IndexOf(" ConnectTimeout { get; set; }", StringComparison.Ordinal);
        var summary = source[source.LastIndexOf("<summary>", property, StringComparison.Ordinal)..property];

        Assert.Contains("It has no effect in the build for .NET Standard 2.0 (.NET Framework", summary, StringComparison.Ordinal);
    }

    private static string Tables()
    {
        var text = new StringBuilder();
        foreach (var (title, first) in Sections)
        {
            var begin = IndexOf(first);
            var end = Sections.Select(s => IndexOf(s.First)).Where(i => i > begin).DefaultIfEmpty(SettingsList.Common.Count).Min();
            Append(text, title, SettingsList.Common.Take(begin..end));
        }

        Append(text, "Serilog's own", SettingsList.OfSerilog);
        Append(text, "NLog's own", SettingsList.OfNLog);
        Append(text, "Microsoft.Extensions.Logging's own", SettingsList.OfLogging);
        return text.ToString();
    }

    private static int IndexOf(string name) => SettingsList.Common.ToList().FindIndex(setting => setting.Code == name);

    private static void Append(StringBuilder text, string title, IEnumerable<Setting> settings)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| Code | JSON, `appSettings` | NLog.config | Type | Default | Meaning |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var setting in settings)
            text.Append(CultureInfo.InvariantCulture, $"| {Name(setting.Code)} | {Name(setting.Json)} | {Name(setting.NLog is null ? null : SettingsList.Camel(setting.NLog))} | {setting.Type} | {setting.Default} | {setting.Meaning} |\n");
    }

    // What follows a semicolon explains the value; a value in code may contain one.
    private static string ValueOf(Setting setting) => (setting.Default.StartsWith('`') ? setting.Default : setting.Default.Split("; ")[0]).Trim('`');

    private static string Name(string? name) => name is null ? "–" : $"`{name}`";

    // Null where the default is nothing that a comment can spell.
    private static string? TextOf(PropertyInfo property, object owner) => property.GetValue(owner) switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan time => TimeOf(time),
        int or long => NumberOf(Convert.ToInt64(property.GetValue(owner), CultureInfo.InvariantCulture)),
        Enum choice => choice.ToString() == "Unspecified" ? null : choice.ToString(),
        string text => text,
        NLog.Layouts.SimpleLayout layout => layout.OriginalText,
        NLog.Layouts.Layout layout => layout.ToString(),
        LineEndingMode mode => mode.Name,
        _ => null,
    };

    private static string TimeOf(TimeSpan time) =>
        time.TotalSeconds < 1 ? $"{time.TotalMilliseconds:0} milliseconds" : time.TotalSeconds == 1 ? "1 second" : $"{time.TotalSeconds:0} seconds";

    private static string NumberOf(long number) => number switch
    {
        >= 1 << 30 when number % (1 << 30) == 0 => $"{number >> 30} GiB",
        >= 1 << 20 when number % (1 << 20) == 0 => $"{number >> 20} MiB",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
