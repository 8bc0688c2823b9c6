using System.Text.Json;
using System.Text.RegularExpressions;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;

namespace NLog.Targets.OssAppend.Tests;

public class TargetSequenceTests
{
    [Fact]
    public async Task Renderer_IsThePlaceOfTheNumber() =>
        Assert.Equal(["#W:1 one", "#W:2 two"], await LogAsync(() => "${oss-sequence} ${message}"));

    [Fact]
    public async Task TextWithoutAPlace_HasTheNumberAtItsEnd() =>
        Assert.Equal(["one #W:1", "two #W:2"], await LogAsync(() => "${message}"));

    [Fact]
    public async Task LayoutInBraces_HasTheNumberAtItsEnd() =>
        Assert.Equal(["{\"a\":1} #W:1"], await LogAsync(() => "{${message}}", "\"a\":1"));

    [Fact]
    public async Task JsonThatALayoutWrites_HasNumberAndWriter() =>
        Assert.All(await LogAsync(() => "{ \"m\": \"${message}\" }"), line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("OssSequence", out _)));

    [Fact]
    public async Task Json_HasNumberAndWriter()
    {
        var lines = (await LogAsync(() => new JsonLayout { Attributes = { new JsonAttribute("message", "${message}") } })).Select(line => JsonDocument.Parse(line).RootElement).ToArray();

        Assert.Equal([1, 2], lines.Select(line => line.GetProperty("OssSequence").GetInt32()));
        Assert.Matches("^[0-9a-z]{12}-[0-9a-z]{4}$", lines[0].GetProperty("OssWriter").GetString());
    }

    [Fact]
    public async Task Csv_HasTheNumberInItsColumn()
    {
        var lines = await LogAsync(() => new CsvLayout
        {
            WithHeader = false,
            Delimiter = CsvColumnDelimiterMode.Comma,
            Columns = { new CsvColumn("n", "${oss-sequence}"), new CsvColumn("m", "${message}") },
        });

        Assert.Equal(["#W:1,one", "#W:2,two"], lines);
    }

    [Fact]
    public void PlaceWithoutTheSetting_IsAFault()
    {
        var fault = Assert.ThrowsAny<NLogConfigurationException>(() => RunningTarget.Start(t => t.Layout = "${oss-sequence} ${message}"));

        Assert.Contains("IncludeSequence", fault.ToString(), StringComparison.Ordinal);
        Assert.Contains("must be true, because the layout has ${oss-sequence}.", fault.ToString(), StringComparison.Ordinal);
    }

    // The first target of the process makes the renderer known, so layouts are made after it.
    private static Task<string[]> LogAsync(Func<Layout> layout) => LogAsync(layout, "one", "two");

    private static async Task<string[]> LogAsync(Func<Layout> layout, params string[] messages)
    {
        using var running = RunningTarget.Start(t => (t.Layout, t.IncludeSequence) = (layout(), true));
        foreach (var message in messages)
            running.Logger.Info(message);
        Assert.Null(await running.FlushAsync());
        return [.. running.Oss.Lines.Select(line => Regex.Replace(line, "#[0-9a-z]{12}-[0-9a-z]{4}:", "#W:"))];
    }
}
