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
    public async Task CutGzip_IsFound()
    {
        AppendGzip("good.log.gz", string.Concat(Enumerable.Range(0, 60).Select(i => Clef(i, "text"))));
        var bytes = Emulator.ReadObject(Bucket, "good.log.gz");
        Emulator.AppendAsForeignWriter(Bucket, "a.log.gz", bytes.AsSpan(0, bytes.Length - 12));

        Assert.NotEmpty(await FindAsync());
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
        static string Line(int number, string writer, int minute) => Clef(minute, "x", $$""","@s":{{number}},"@w":"{{writer}}" """.Trim());

        Assert.Equal(["gap"], await FindAsync(Line(1, "a", 1), Line(7, "b", 2), Line(2, "a", 3), Line(9, "b", 4)));
    }

    private static string Numbered(int number) => Clef(number % 60, "event", $$""","@s":{{number}}""");

    private async Task<string[]> FindAsync(params string[] lines)
    {
        if (lines.Length > 0)
            Append("a.log", string.Concat(lines));

        var outcome = await RunAsync("verify", "a.log", "--json");
        var kinds = outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement).Where(e => e.TryGetProperty("kind", out _)).Select(e => e.GetProperty("kind").GetString()!).Distinct().ToArray();
        Assert.Equal(kinds.Length > 0 ? ExitCodes.Found : ExitCodes.Done, outcome.ExitCode);
        return kinds;
    }
}
