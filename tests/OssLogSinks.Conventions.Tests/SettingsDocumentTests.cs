using System.Globalization;
using System.Reflection;
using NLog.Targets;
using OssLogSinks.Core;
using Serilog;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.Conventions.Tests;

/// <summary>docs/settings.md has every setting of each front door and of the core, each once, with its true default.</summary>
public class SettingsDocumentTests
{
    private const string None = "–";

    private static readonly string[][] Rows =
        [.. Repository.Read("docs/settings.md").Split('\n').Where(line => line.StartsWith('|')).Select(Cells).Where(cells => cells[0] is not ("Serilog" or "---"))];

    [Fact]
    public void Serilog_IsWhole() => Assert.Equal(Names(typeof(OssAppendSinkOptions)), Column(0).Select(name => name.TrimEnd('*')).Order(StringComparer.Ordinal));

    [Fact]
    public void NLog_IsWhole() => Assert.Equal(Names(typeof(OssAppendTarget)), Column(1).Order(StringComparer.Ordinal));

    [Fact]
    public void Core_IsWhole() => Assert.Equal(Names(typeof(OssAppenderOptions)), Column(2).Order(StringComparer.Ordinal));

    [Fact]
    public void Star_IsAParameter()
    {
        var parameters = typeof(OssAppendLoggerConfigurationExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .SelectMany(m => m.GetParameters()).Select(p => p.Name!).ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.All(Column(0), name => Assert.Equal(parameters.Contains(name.TrimEnd('*')), name.EndsWith('*')));
    }

    [Fact]
    public void Defaults_AreTrue()
    {
        object[] owners = [new OssAppendSinkOptions(), new OssAppendTarget(), new OssAppenderOptions()];
        foreach (var row in Rows)
        {
            for (var i = 0; i < owners.Length; i++)
            {
                var name = row[i].TrimEnd('*');
                if (name != None && TextOf(owners[i].GetType().GetProperty(name)!, owners[i]) is { } text)
                    Assert.True(row[3] == text, $"{name}: the default is {text}, not {row[3]}.");
            }
        }
    }

    // The handler of .NET Framework and Mono has no such limit.
    [Theory]
    [InlineData("src/OssLogSinks.Core/Client/OssClientOptions.cs", "ConnectTimeout")]
    [InlineData("src/OssLogSinks.Core/OssAppenderOptions.cs", "ConnectTimeout")]
    [InlineData("src/Serilog.Sinks.OssAppend/OssAppendSinkOptions.cs", "ConnectTimeout")]
    [InlineData("src/NLog.Targets.OssAppend/OssAppendTarget.cs", "ConnectTimeoutSeconds")]
    public void ConnectTimeout_SaysWhereItIsIgnored(string path, string setting)
    {
        var source = Repository.Read(path);
        var property = source.IndexOf($" {setting} {{ get; set; }}", StringComparison.Ordinal);
        var summary = source[source.LastIndexOf("<summary>", property, StringComparison.Ordinal)..property];

        Assert.Contains("Not effective in the build for .NET Standard 2.0 (.NET Framework", summary, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(p => p.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Column(int index) => Rows.Select(row => row[index]).Where(name => name != None);

    private static string[] Cells(string line) => [.. line.Trim('|').Split(" | ").Select(cell => cell.Trim().Replace("`", "", StringComparison.Ordinal))];

    // Null where the default is nothing that a table can show.
    private static string? TextOf(PropertyInfo property, object owner)
    {
        var value = property.GetValue(owner);
        return value switch
        {
            bool flag => flag ? "true" : "false",
            TimeSpan time => TimeOf(time),
            int count when count >= 0 && property.Name.EndsWith("Milliseconds", StringComparison.Ordinal) => TimeOf(TimeSpan.FromMilliseconds(count)),
            int count when count >= 0 && property.Name.EndsWith("Seconds", StringComparison.Ordinal) => TimeOf(TimeSpan.FromSeconds(count)),
            int or long => NumberOf(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            Enum or string => value.ToString(),
            NLog.Layouts.SimpleLayout layout => layout.OriginalText,
            NLog.Layouts.Layout layout => layout.ToString(),
            LineEndingMode mode => mode.Name,
            _ => null,
        };
    }

    private static string TimeOf(TimeSpan time) => time.TotalSeconds < 1 ? $"{time.TotalMilliseconds:0} ms" : $"{time.TotalSeconds:0} s";

    private static string NumberOf(long number) => number switch
    {
        >= 1 << 30 when number % (1 << 30) == 0 => $"{number >> 30} GiB",
        >= 1 << 20 when number % (1 << 20) == 0 => $"{number >> 20} MiB",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
