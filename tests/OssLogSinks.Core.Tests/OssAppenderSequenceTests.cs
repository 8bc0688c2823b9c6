using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

/// <summary>The numbers of events, without a disk buffer.</summary>
public class OssAppenderSequenceTests
{
    private readonly MemoryOss _oss = new();
    private readonly OssAppenderOptions _options;

    public OssAppenderSequenceTests()
    {
        _options = Options(_oss);
        _options.IncludeSequence = true;
    }

    [Fact]
    public async Task Json_GetsNumberAndWriterAsFields()
    {
        await LogAsync("""{"a":1}""" + "\n", """{"a":{"b":"}"}}""" + "\r\n", "{}\n", "{ }");

        var lines = _oss.Text("app.log").Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([1, 2, 3, 4], lines.Select(line => line.GetProperty("OssSequence").GetInt64()));
        Assert.Matches("^[0-9a-z]{12}-[0-9a-z]{4}$", Assert.Single(lines.Select(line => line.GetProperty("OssWriter").GetString()!).Distinct()));
        Assert.StartsWith("""{"a":1,"OssSequence":1,"OssWriter":""", _oss.Text("app.log"));
        Assert.Contains("}\r\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task Text_GetsTheNumberBeforeItsLineEnding()
    {
        await LogAsync("one\n", "two\nat Here()\r\n", "{three\n");

        Assert.Matches(@"^one #[0-9a-z]{12}-[0-9a-z]{4}:1\ntwo\nat Here\(\) #[0-9a-z]{12}-[0-9a-z]{4}:2\r\n\{three #[0-9a-z]{12}-[0-9a-z]{4}:3\n", _oss.Text("app.log"));
    }

    [Theory]
    [InlineData("{INF} user {x}")]
    [InlineData("{}{}")]
    [InlineData("{ \t} {}")]
    public async Task TextInBraces_GetsTheNumberAtItsEnd(string text)
    {
        await LogAsync(text + "\n");

        Assert.Matches($"^{Regex.Escape(text)} #[0-9a-z]{{12}}-[0-9a-z]{{4}}:1\n$", _oss.Text("app.log"));
    }

    [Fact]
    public async Task IsJson_DecidesUnlessThereAreNoBraces()
    {
        await using var appender = new OssAppender(_options);
        Assert.True(appender.TryAppend(Record("{\"a\"} {b}\n") with { IsJson = false }));
        Assert.True(appender.TryAppend(Record("{a}\n") with { IsJson = true }));
        Assert.True(appender.TryAppend(Record("a\n") with { IsJson = true }));
        await appender.FlushOrFailAsync();

        Assert.Matches("^{\"a\"} {b} #[0-9a-z-]+:1\n{a\"OssSequence\":2,\"OssWriter\":\"[0-9a-z-]+\"}\na #[0-9a-z-]+:3\n$", _oss.Text("app.log"));
    }

    [Fact]
    public async Task Placeholder_IsReplacedWhereverItIs()
    {
        await LogAsync($"{SequencePlaceholder.Text} one\n", $$"""{"n":"{{SequencePlaceholder.Text}}","m":"{{SequencePlaceholder.Text}}"}""" + "\n");

        Assert.Matches(@"^#[0-9a-z]{12}-[0-9a-z]{4}:1 one\n\{""n"":""(#[0-9a-z]{12}-[0-9a-z]{4}:2)"",""m"":""\1""\}\n$", _oss.Text("app.log"));
    }

    [Fact]
    public async Task WithoutTheSetting_NoByteChanges()
    {
        _options.IncludeSequence = false;
        var text = SequencePlaceholder.Text + "\n";

        await LogAsync(text, """{"a":1}""" + "\n");

        Assert.Equal(text + """{"a":1}""" + "\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task Streams_AreNumberedApart()
    {
        _options.ObjectKey = "{S}.log";
        await using var appender = new OssAppender(_options);
        for (var i = 0; i < 6; i++)
            Assert.True(appender.TryAppend(Record("x\n", values: i % 3 == 0 ? "a" : "b")));
        await appender.FlushOrFailAsync();

        Assert.Equal([1, 2], Numbers("a.log"));
        Assert.Equal([1, 2, 3, 4], Numbers("b.log"));
        Assert.NotEqual(Writers("a.log"), Writers("b.log"));
    }

    [Fact]
    public async Task RestartWithoutABuffer_BeginsANewSequence()
    {
        await LogAsync("x\n", "x\n");
        await LogAsync("x\n");

        Assert.Equal([1, 2, 1], Numbers("app.log"));
        Assert.Equal(2, Writers("app.log").Length);
    }

    [Fact]
    public async Task DropsOfAnyKind_LeaveAGapOfTheirNumber()
    {
        _options.EventSizeLimitBytes = 64;
        await using var appender = new OssAppender(_options);

        Assert.True(appender.TryAppend(Record("x\n")));
        Assert.False(appender.TryAppend(Record(new string('x', 65))));
        appender.CountDropped(DropReason.QueueFull, 3, "the queue was full.");
        Assert.True(appender.TryAppend(Record("x\n")));
        Assert.True(appender.TryAppend(Record("x\n")));
        await appender.FlushOrFailAsync();

        Assert.Equal([1, 6, 7], Numbers("app.log"));
        Assert.Equal(4, appender.GetSnapshot().DroppedTotal);
    }

    [Fact]
    public async Task FullMemory_LeavesAGapOfWhatWasDropped()
    {
        var open = new TaskCompletionSource();
        _oss.Always = async request =>
        {
            await open.Task;
            return _oss.Apply(request);
        };
        (_options.AppendSizeLimitBytes, _options.EventSizeLimitBytes, _options.MemoryLimitBytes) = (4096, 4096, 8192);
        await using var appender = new OssAppender(_options);
        var accepted = Enumerable.Range(0, 40).Count(_ => appender.TryAppend(Record(new string('x', 500) + "\n")));
        Assert.InRange(accepted, 1, 39);

        open.SetResult();
        await appender.FlushOrFailAsync();
        Assert.True(appender.TryAppend(Record("x\n")));
        await appender.FlushOrFailAsync();

        Assert.Equal([.. Enumerable.Range(1, accepted), 41], Numbers("app.log"));
    }

    [Fact]
    public async Task ManyThreads_NumbersHaveTheOrderOfTheObject()
    {
        _options.ObjectSizeLimitBytes = 64 << 10;
        await using var appender = new OssAppender(_options);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
                appender.TryAppend(Record("x\n"));
        })));
        await appender.FlushOrFailAsync();

        Assert.True(_oss.Keys.Count > 1);
        Assert.Equal(Enumerable.Range(1, 8000), _oss.Keys.Order(StringComparer.Ordinal).SelectMany(Numbers));
    }

    private async Task LogAsync(params string[] texts)
    {
        await using var appender = new OssAppender(_options);
        foreach (var text in texts)
            Assert.True(appender.TryAppend(Record(text)));
        await appender.FlushOrFailAsync();
    }

    private int[] Numbers(string key) => SequenceText.NumbersIn(_oss.Text(key));

    private string[] Writers(string key) => SequenceText.WritersIn(_oss.Text(key));
}

/// <summary>Reads numbers that stand in text.</summary>
internal static partial class SequenceText
{
    public static int[] NumbersIn(string text) => [.. Mark().Matches(text).Select(match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture))];

    public static (string Writer, int Number)[] MarksIn(string text) =>
        [.. Mark().Matches(text).Select(match => (match.Groups["writer"].Value, int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)))];

    /// <summary>The writers, each once.</summary>
    public static string[] WritersIn(string text) => [.. Mark().Matches(text).Select(match => match.Groups["writer"].Value).Distinct()];

    [GeneratedRegex("#(?<writer>[0-9a-z]{12}-[0-9a-z]{4}):(?<number>[0-9]+)")]
    private static partial Regex Mark();
}
