using System.Text;
using System.Text.Json;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

public class VerifyCommandTests : ToolTest
{
    [Fact]
    public async Task SoundObjects_GiveNoFinding()
    {
        Append("s/a.log", string.Concat(Enumerable.Range(0, 50).Select(i => Numbered(i))));
        AppendGzip("s/b.log.gz", Clef(1, "one"));
        AppendGzip("s/b.log.gz", Clef(2, "two"));
        Append("s/c.log", "2026-11-22 17:00:00.000 +00:00 [INF] same\n2026-11-22 17:00:00.000 +00:00 [INF] same\n   at Here()\n   at Here()\n");

        Assert.Contains("3 objects, 56 lines", (await RunAsync("verify", "s/")).Good());
    }

    [Fact]
    public async Task DeletedLine_IsAGap() =>
        Assert.Equal(["gap"], await FindAsync(Numbered(1), Numbered(2), Numbered(4)));

    [Fact]
    public async Task DeletedFirstLine_IsAGapUnlessTheStartMayBeMissing()
    {
        Append("a.log", Sink(2) + Sink(3));

        Assert.Equal(["gap"], await FindAsync());
        (await RunAsync("verify", "a.log", "--any-start")).Good();
    }

    [Fact]
    public async Task Gap_TellsHowManyEventsAreMissing()
    {
        Append("a.log", Sink(1) + Sink(7) + Sink(9));

        var outcome = await RunAsync("verify", "a.log");
        Assert.Contains("a.log:2: Numbers 2 to 6 are missing before this line.", outcome.Output);
        Assert.Contains("2 findings. 6 events are missing.", outcome.Output);
    }

    [Fact]
    public async Task NumbersInText_AreCheckedToo() =>
        Assert.Equal(["gap"], await FindAsync(Text(1), "   at Here()\n", "#1 of 3\n", Text(2), "   at Here() #k3f9a2c1b7d4-q8x2:4\n", Text(5)));

    [Fact]
    public async Task LinesWithoutNumber_AreCounted()
    {
        Append("s/a.log", Sink(1) + Clef(1, "plain") + Clef(2, "plain too") + "\n" + Sink(2));
        Append("s/b.log", "header\n2026-11-22 17:00:00.000 no number\n   at Here()\n\n2026-11-22 17:00:01.000 number below\n   at Here() #k3f9a2c1b7d4-life:3\n2026-11-22 17:00:02.000 none\n");

        Assert.EndsWith(" No number is missing. Lines without a number: 5. If such a line is missing, that cannot be found.\n", (await RunAsync("verify", "s/")).Output);
        var counts = (await RunAsync("verify", "s/", "--json")).Lines.Select(line => JsonDocument.Parse(line).RootElement).Where(e => e.TryGetProperty("crc64", out _));
        Assert.Equal([2, 3], counts.Select(e => e.GetProperty("linesWithoutNumber").GetInt32()));
    }

    [Fact]
    public async Task NextProcess_ContinuesTheSequence()
    {
        // What the first process left is stored while the second one logs.
        var sound = Sink(1) + Sink(2) + Sink(5, "next") + Sink(3) + Sink(6, "next") + Sink(4);
        Append("good.log", sound);
        Append("a.log", Sink(1) + Sink(2) + Sink(5, "next") + Sink(6, "next") + Sink(4));

        Assert.Contains("No number is missing", (await RunAsync("verify", "good.log")).Good());
        Assert.Equal(["gap"], await FindAsync());
    }

    [Fact]
    public async Task EventsOnlyInMemoryAtAKill_AreNotDoubles()
    {
        // The disk failed: 3 was sent from memory, and the next process did not know of it.
        Append("a.log", Sink(1) + Sink(2) + Sink(3) + Sink(3, "next") + Sink(4, "next"));

        Assert.Contains("No number is missing", (await RunAsync("verify", "a.log")).Good());
    }

    [Fact]
    public async Task RolledObjects_AreReadInTheOrderOfTheirNumbers()
    {
        foreach (var i in Enumerable.Range(0, 12))
            Append($"r/a_{i}.log", Sink(i + 1));

        Assert.Contains("12 objects", (await RunAsync("verify", "r/")).Good());
    }

    [Fact]
    public async Task SwappedPair_IsAWrongOrder() =>
        Assert.Equal(["order"], await FindAsync(Numbered(1), Numbered(3), Numbered(2), Numbered(4)));

    [Fact]
    public async Task DoubledBlock_IsFoundWithoutNumbers() =>
        Assert.Equal(["double"], await FindAsync(Clef(1, "a"), Clef(2, "b"), Clef(1, "a"), Clef(2, "b"), Clef(3, "c")));

    [Fact]
    public async Task DoubledBlockOfText_IsFound() =>
        Assert.Equal(["double"], await FindAsync("2026-11-22 17:00:00.000 a\n", "2026-11-22 17:00:00.001 b\n", "2026-11-22 17:00:00.000 a\n", "2026-11-22 17:00:00.001 b\n"));

    [Fact]
    public async Task CutLine_IsTorn() =>
        Assert.Equal(["torn"], await FindAsync(Clef(1, "a"), Clef(2, "b")[..30] + "\n", Clef(3, "c")));

    [Fact]
    public async Task MissingLineEnd_IsTorn() =>
        Assert.Equal(["torn"], await FindAsync(Clef(1, "a"), Clef(2, "b").TrimEnd()));

    [Fact]
    public async Task FlippedByteOfText_IsFoundIfItIsNoText()
    {
        var bytes = Encoding.UTF8.GetBytes(Clef(1, "a"));
        bytes[^5] ^= 0x80;
        Emulator.AppendAsForeignWriter(Bucket, "a.log", bytes);

        Assert.Contains("text", await FindAsync());
    }

    [Fact]
    public async Task FlippedByteOfGzip_IsFound()
    {
        AppendGzip("good.log.gz", string.Concat(Enumerable.Range(0, 60).Select(i => Clef(i, "text"))));
        var bytes = Emulator.ReadObject(Bucket, "good.log.gz");
        bytes[bytes.Length / 2] ^= 1;
        Emulator.AppendAsForeignWriter(Bucket, "a.log.gz", bytes);

        Assert.Contains("gzip", await FindAsync());
    }

    [Fact]
    public async Task TextInBraces_HasItsNumberFoundInBothForms()
    {
        static string Braces(int number) => "{INF} user {x" + $$""","OssSequence":{{number}},"OssWriter":"k3f9a2c1b7d4-life"}""" + "\n";

        Append("a.log", Braces(1) + "{INF} user {y} #k3f9a2c1b7d4-life:2\n" + Braces(3));

        Assert.Contains("No number is missing.", (await RunAsync("verify", "a.log")).Good());
        Assert.Equal(["gap"], await FindAsync(Braces(5)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public async Task CutGzip_IsFound(int cut)
    {
        AppendGzip("good.log.gz", string.Concat(Enumerable.Range(0, 60).Select(i => Clef(i, "text"))));
        var bytes = Emulator.ReadObject(Bucket, "good.log.gz");
        Emulator.AppendAsForeignWriter(Bucket, "a.log.gz", bytes.AsSpan(0, bytes.Length - cut));

        Assert.Contains("gzip", await FindAsync());
    }

    [Fact]
    public async Task BytesBehindGzip_AreFound()
    {
        AppendGzip("a.log.gz", Clef(1, "text"));
        Append("a.log.gz", Clef(2, "not compressed"));

        Assert.Equal(["gzip"], await FindAsync());
    }

    [Fact]
    public async Task BytesThatChangeOnTheWay_AreFound()
    {
        Append("a.log", Clef(1, "a"));
        Emulator.Faults.WrongCrcInAnswer(on: FaultFilter.Heads);

        Assert.Equal(["crc"], await FindAsync());
    }

    [Fact]
    public async Task NumbersOfTwoWriters_AreCheckedApart()
    {
        static string Line(int number, string writer, int minute) => Clef(minute, "x", $$""","n":{{number}},"w":"{{writer}}" """.Trim());

        Append("a.log", Line(1, "a", 1) + Line(7, "b", 2) + Line(2, "a", 3) + Line(9, "b", 4));
        Assert.Equal(["gap"], await FindAsync([], "--sequence-field", "n", "--writer-field", "w"));
    }

    private static string Numbered(int number) => Clef(number % 60, "event", $$""","OssSequence":{{number}}""");

    // As the sinks write it; "next" continues "life".
    private static string Sink(int number, string life = "life") =>
        Clef(number, $"event of {life}", $$""","OssSequence":{{number}},"OssWriter":"k3f9a2c1b7d4-{{life}}" """.TrimEnd());

    private static string Text(int number) => $"2026-11-22 17:00:{number:00}.000 +00:00 [INF] text #k3f9a2c1b7d4-q8x2:{number}\n";

    private Task<string[]> FindAsync(params string[] lines) => FindAsync(lines, []);

    private async Task<string[]> FindAsync(string[] lines, params string[] options)
    {
        if (lines.Length > 0)
            Append("a.log", string.Concat(lines));

        var outcome = await RunAsync(["verify", "a.log", "--json", .. options]);
        var kinds = outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement).Where(e => e.TryGetProperty("kind", out _)).Select(e => e.GetProperty("kind").GetString()!).Distinct().ToArray();
        Assert.Equal(kinds.Length > 0 ? ExitCodes.Found : ExitCodes.Done, outcome.ExitCode);
        return kinds;
    }
}
