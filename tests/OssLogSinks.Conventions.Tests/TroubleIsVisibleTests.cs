using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OssLogSinks.Conventions.Tests;

/// <summary>Nobody sees SelfLog or NLog's internal log by default, so everything that people copy switches them on.</summary>
public partial class TroubleIsVisibleTests
{
    // A library leaves that to its host.
    private const string Library = "samples/FirstSteps/Library/Library.cs";

    public static TheoryData<string> NLogConfigurations => [.. SampleFiles("nlog.config")];

    public static TheoryData<string> JsonConfigurations => [.. SampleFiles("appsettings*.json").Where(path => HasSerilogSink(Repository.Read(path)))];

    public static TheoryData<string> SerilogPrograms =>
        [.. Repository.SourceFiles("samples").Where(path => path != Library && SerilogSetup().IsMatch(Repository.Read(path)))];

    public static TheoryData<string> Documents => ReadmeTests.Documents;

    [Fact]
    public void SamplesOfEachForm_AreFound()
    {
        Assert.True(NLogConfigurations.Count >= 5, "nlog.config");
        Assert.True(JsonConfigurations.Count >= 6, "appsettings.json");
        Assert.True(SerilogPrograms.Count >= 5, "programs");
    }

    [Theory]
    [MemberData(nameof(NLogConfigurations))]
    public void NLogConfiguration_TellsFaultsAndTrouble(string path) => AssertTells(Repository.Read(path));

    [Theory]
    [MemberData(nameof(JsonConfigurations))]
    public void JsonConfiguration_TellsTrouble(string path) => AssertReports(Repository.Read(path));

    [Theory]
    [MemberData(nameof(SerilogPrograms))]
    public void SerilogProgram_SwitchesSelfLogOn(string path) => Assert.Contains("SelfLog.Enable(Console.Error)", Repository.Read(path));

    [Theory]
    [MemberData(nameof(Documents))]
    public void SnippetsOfConfiguration_TellTrouble(string document)
    {
        var text = Repository.Read(document);
        Assert.All(Blocks(text, "xml").Where(block => block.StartsWith("<nlog", StringComparison.Ordinal)), AssertTells);
        Assert.All(Blocks(text, "json").Where(HasSerilogSink), AssertReports);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void FirstSnippetOfASerilogProgram_SwitchesSelfLogOn(string document)
    {
        var first = Blocks(Repository.Read(document), "csharp").FirstOrDefault(block => SerilogSetup().IsMatch(block));
        Assert.True(first?.Contains("SelfLog.Enable(Console.Error)", StringComparison.Ordinal) != false, $"{document} does not switch SelfLog on in its first snippet.");
    }

    // Reports of the provider for Microsoft.Extensions.Logging go to the other providers, so its section has nothing to switch on.
    private static bool HasSerilogSink(string json) => json.Contains("\"Serilog\"", StringComparison.Ordinal) && json.Contains("\"OssAppend\"", StringComparison.Ordinal);

    private static void AssertTells(string configuration)
    {
        var nlog = XDocument.Parse(configuration).Root!;
        Assert.Equal("true", (string?)nlog.Attribute("throwConfigExceptions"));
        Assert.Equal("Warn", (string?)nlog.Attribute("internalLogLevel"));
        Assert.Equal("true", (string?)nlog.Attribute("internalLogToConsole"));
    }

    private static void AssertReports(string configuration)
    {
        using var json = JsonDocument.Parse(configuration);

        // The provider of Microsoft.Extensions.Logging reports to the other providers, of which a host has the console by default.
        if (!json.RootElement.TryGetProperty("Serilog", out _))
            return;

        var sinks = json.RootElement.GetProperty("Serilog").GetProperty("WriteTo");
        var all = sinks.ValueKind == JsonValueKind.Array ? sinks.EnumerateArray().ToList() : sinks.EnumerateObject().Select(p => p.Value).ToList();
        Assert.All(all.Where(sink => sink.GetProperty("Name").GetString() == "OssAppend"), sink => Assert.True(sink.GetProperty("Args").GetProperty("reportToConsole").GetBoolean()));
    }

    private static IEnumerable<string> SampleFiles(string pattern) =>
        Directory.GetFiles(Path.Combine(Repository.Root, "samples"), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Blocks(string text, string language) =>
        Block().Matches(text).Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["text"].Value);

    [GeneratedRegex(@"\.(WriteTo|AuditTo)\s*\.OssAppend\(|\bReadFrom\.Configuration\(")]
    private static partial Regex SerilogSetup();

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
