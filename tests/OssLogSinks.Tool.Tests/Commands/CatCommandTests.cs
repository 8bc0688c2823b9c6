using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Tool.Commands;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

public class CatCommandTests : ToolTest
{
    private const string Full = "/dev/full";

    [Fact]
    public async Task StoredObject_IsCopiedByteForByte()
    {
        Append("a.log", "one\r\ntwo\n\u001b[31mred");

        Assert.Equal("one\r\ntwo\n\u001b[31mred", (await RunAsync("cat", "a.log", "--stored")).Good());
    }

    [Fact]
    public async Task LongLines_AreCopiedByteForByte()
    {
        var text = string.Join('\n', new[] { 1, 131_071, 131_072, 5, 500_000, 0, 300_000 }.Select(length => new string((char)('a' + (length % 26)), length)));
        Append("a.log", text);

        Assert.Equal(text, (await RunAsync("cat", "a.log", "--stored")).Good());
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public async Task StopInALongLine_EndsTheOutputBeforeIt(int length)
    {
        using var text = new StoppedText(Encoding.UTF8.GetBytes("one\ntwo\n" + new string('x', length)));
        using var output = new MemoryStream();

        await Assert.ThrowsAsync<OperationCanceledException>(() => CatCommand.CopyAsync(text, output, TestContext.Current.CancellationToken));

        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task GzipMembers_AreOneText()
    {
        AppendGzip("a.log.gz", "one\n");
        AppendGzip("a.log.gz", "two\n");

        Assert.Equal("one\ntwo\n", (await RunAsync("cat", "a.log.gz")).Good());
    }

    [Fact]
    public async Task Clef_IsRenderedWithItsOtherProperties()
    {
        Append("a.log", Clef(1, "Order {Id} of {Tenant}", ""","Id":7,"Tenant":"acme","Elapsed":1.5,"@l":"Warning" """.Trim()));

        Assert.Equal("2026-11-22 17:01:00.000 [WRN] Order 7 of acme {\"Elapsed\":1.5}\n", (await RunAsync("cat", "a.log")).Good());
    }

    [Fact]
    public async Task FormattedPlaces_AreThoseOfTheWriter()
    {
        Append("a.log", Clef(1, "At {When:HH:mm} and {N:000}", ""","@r":["18:30","007"],"When":"2026-01-01T18:30:00","N":7"""));

        Assert.Contains("At 18:30 and 007", (await RunAsync("cat", "a.log")).Good());
    }

    [Fact]
    public async Task Exception_FollowsItsEvent()
    {
        Append("a.log", Clef(1, "Oops", ""","@x":"System.Exception: bad\n   at Here()" """.Trim()));

        Assert.Equal("2026-11-22 17:01:00.000 [INF] Oops\nSystem.Exception: bad\n   at Here()\n", (await RunAsync("cat", "a.log")).Good());
    }

    [Fact]
    public async Task Template_DecidesTheOutput()
    {
        Append("a.log", Clef(1, "Hi {Name}", ""","Name":"Ann" """.Trim()));

        Assert.Equal("17:01 Ann\n", (await RunAsync("cat", "a.log", "--template", "{@t:HH:mm} {Name}")).Good());
    }

    [Theory]
    [InlineData("Tenant = 'acme' and Elapsed > 500", "2")]
    [InlineData("Tenant = 'acme' or Elapsed > 1000", "1,2,3")]
    [InlineData("not (Tenant = 'acme')", "3")]
    [InlineData("Tenant = 'ACME' ci", "1,2")]
    [InlineData("Place.City = 'Köln'", "3")]
    [InlineData("@m like '%three%'", "3")]
    [InlineData("@l = 'Error'", "3")]
    [InlineData("Tags[?] = 'x'", "1")]
    [InlineData("@p['N'] = 2", "2")]
    public async Task Where_KeepsEventsOfTheExpression(string where, string expected)
    {
        Append("a.log", Clef(1, "one {N}", ""","N":1,"Tenant":"acme","Elapsed":20,"Tags":["x","y"]""")
            + Clef(2, "two {N}", ""","N":2,"Tenant":"\u0061cme","Elapsed":501""")
            + Clef(3, "three {N}", ""","N":3,"Tenant":"other","Elapsed":2000,"@l":"Error","Place":{"City":"Köln"}"""));

        Assert.Equal(expected, string.Join(',', (await RunAsync("cat", "a.log", "--where", where, "--template", "{N}")).Good().Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task FaultyExpression_IsExplained()
    {
        Append("a.log", "1\n");

        var outcome = await RunAsync("cat", "a.log", "--where", "Tenant = ");

        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.Contains("--where has a fault", outcome.Error);
    }

    [Fact]
    public async Task Level_KeepsThisLevelAndAbove()
    {
        Append("a.log", Clef(1, "plain") + Clef(2, "warned", ""","@l":"Warning" """.Trim()) + Clef(3, "failed", ""","@l":"Error" """.Trim()));

        Assert.Equal("warned\nfailed\n", (await RunAsync("cat", "a.log", "--level", "Warning", "--template", "{@m}")).Good());
    }

    [Fact]
    public async Task SpanOfTime_CountsFromNow()
    {
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 18, 0, 0, TimeSpan.Zero));
        Append("a.log", Clef(9, "early") + Clef(30, "late") + Clef(50, "latest"));

        Assert.Equal("late\n", (await RunAsync("cat", "a.log", "--since", "-45m", "--until", "2026-11-22T17:50Z", "--template", "{@m}")).Good());
    }

    [Fact]
    public async Task StackTraceOfText_BelongsToItsLine()
    {
        Append("a.log", "2026-11-22 17:00:00.000 +00:00 [INF] fine\n2026-11-22 17:00:01.000 +00:00 [ERR] bad\n   at Here()\n2026-11-22 17:00:02.000 +00:00 [INF] fine again\n");

        Assert.Equal("2026-11-22 17:00:01.000 +00:00 [ERR] bad\n   at Here()\n", (await RunAsync("cat", "a.log", "--level", "Error")).Good());
    }

    [Fact]
    public async Task LevelsOfTheConsole_AreFilteredAndCounted()
    {
        var levels = new[] { "trce", "dbug", "info", "warn", "fail", "crit" };
        Append("a.log", string.Concat(levels.Select((level, i) => $"2026-11-22 17:00:0{i}.000 +00:00 {level}: Shop[0] text\n")));

        var wanted = (await RunAsync("cat", "a.log", "--level", "Warning", "--stored")).Good();
        Assert.Equal(["warn:", "fail:", "crit:"], wanted.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[3]));
        var counts = JsonDocument.Parse((await RunAsync("cat", "a.log", "--histogram", "--json")).Lines.Single()).RootElement;
        Assert.All(Enum.GetNames<Serilog.Events.LogEventLevel>(), level => Assert.Equal(1, counts.GetProperty(level).GetInt32()));
    }

    [Fact]
    public async Task TimeWithoutOffset_IsUtcInAnyZone()
    {
        // By the time of the zone, the first two objects would come before the third.
        Append("s/a.log", """{"@t":"2026-11-22T17:00:00.0000000","@mt":"a"}""" + "\n");
        Append("s/b.log", """{"@mt":"b","@t":"2026-11-22T17:00:01"}""" + "\n");
        Append("s/c.log", """{"@t":"2026-11-22T12:00:00.0000000Z","@mt":"c"}""" + "\n");
        Append("s/d.log", """{"time":"2026-11-22 17:00:02","level":"Info","message":"d"}""" + "\n");
        Variables["TZ"] = "Asia/Shanghai";
        await using var child = ToolChild.Start(Variables, "cat", "s/", "--until", "2026-11-22T17:00:02Z", "--template", "{@t:HH:mm:ss zzz} {@m}");

        Assert.Equal("12:00:00 +00:00 c\n17:00:00 +00:00 a\n17:00:01 +00:00 b\n", (await child.EndAsync()).Good());
    }

    [Fact]
    public async Task SeveralStreams_AreMergedByTime()
    {
        Append("web-1.log", Clef(1, "a") + Clef(4, "d"));
        AppendGzip("web-2.log.gz", Clef(2, "b") + Clef(3, "c") + Clef(5, "e"));

        Assert.Equal("a\nb\nc\nd\ne\n", (await RunAsync("cat", "web-", "--template", "{@m}")).Good());
        Assert.Equal("a\nd\nb\nc\ne\n", (await RunAsync("cat", "web-", "--in-turn", "--template", "{@m}")).Good());
    }

    [Fact]
    public async Task HundredStreams_AreMergedByTime()
    {
        for (var i = 0; i < 100; i++)
            Append($"s/{(i * 37) % 100:00}.log", Clef(i % 60, $"{i % 60:00}") + Clef(59, "59"));

        var lines = (await RunAsync("cat", "s/", "--template", "{@m}")).Good().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(200, lines.Length);
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
    }

    [Fact]
    public async Task Json_PassesClefAndWrapsText()
    {
        var clef = Clef(1, "Hi");
        Append("a.log", clef + "2026-11-22 17:00:01.000 +00:00 [ERR] bad \"text\"\n");

        var lines = (await RunAsync("cat", "a.log", "--json")).Good().Split('\n');

        Assert.Equal(clef.TrimEnd(), lines[0]);
        var wrapped = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal("Error", wrapped.GetProperty("@l").GetString());
        Assert.EndsWith("bad \"text\"", wrapped.GetProperty("@m").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostileText_CannotSteerATerminal()
    {
        Append("a.log", Clef(1, "\\u001b[2J{Name}\\u202e", ""","Name":"\u001b]0;x\u0007" """.Trim()) + "plain \u001b[2J\n");

        var text = (await RunAsync("cat", "a.log")).Good();

        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u0007', text);
        Assert.DoesNotContain('\u202e', text);
        Assert.Contains("plain \u241b[2J", text);
    }

    [Fact]
    public async Task Histogram_CountsByLevel()
    {
        Append("a.log", string.Concat(Enumerable.Range(0, 10).Select(i => Clef(i / 5, "x", i == 0 ? ""","@l":"Error" """.Trim() : ""))));

        var rows = (await RunAsync("cat", "a.log", "--histogram", "--json")).Good().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal([5, 5], rows.Select(row => row.GetProperty("events").GetInt32()));
        Assert.Equal(1, rows[0].GetProperty("Error").GetInt32());
        Assert.Contains("█", (await RunAsync("cat", "a.log", "--histogram")).Good());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Colours_AreForTerminalsOnly(bool isTerminal)
    {
        Append("a.log", Clef(1, "Hi {Name}", ""","Name":"Ann" """.Trim()));
        using var output = new MemoryStream();
        var host = new ToolHost { Output = output, Error = TextWriter.Null, ReadVariable = Variables.GetValueOrDefault, IsOutputTerminal = isTerminal };

        await ToolApplication.RunAsync(["cat", "a.log"], host, TestContext.Current.CancellationToken);

        Assert.Equal(isTerminal, Encoding.UTF8.GetString(output.ToArray()).Contains('\u001b'));
    }

    [Fact]
    public async Task DamagedGzip_IsToldWithItsCure()
    {
        Append("a.log.gz", "no gzip at all\n");

        var outcome = await RunAsync("cat", "a.log.gz");

        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        Assert.Contains("oss-logs verify", outcome.Error);
    }

    [Theory]
    [InlineData("--stored")]
    [InlineData("--in-turn")]
    public async Task BytesBehindGzip_AreToldBehindTheText(string option)
    {
        AppendGzip("a.log.gz", "one\n");
        Append("a.log.gz", "two\n");

        var outcome = await RunAsync("cat", "a.log.gz", option);

        Assert.Equal((ExitCodes.Found, "one\n"), (outcome.ExitCode, outcome.Output));
        Assert.Contains("other bytes follow it", outcome.Error);
    }

    [Fact]
    public async Task BrokenConnection_IsContinued()
    {
        var text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n"));
        Append("a.log", text);
        Emulator.Faults.CutAnswer(2);

        Assert.Equal(text, (await RunAsync("cat", "a.log", "--stored")).Good());
    }

    [Fact]
    public async Task LineOfManyMegabytes_IsPrintedWhole()
    {
        var text = new string('x', 3_000_000) + "\nshort\n";
        Append("a.log", text);

        Assert.Equal(text, (await RunAsync("cat", "a.log")).Good());
    }

    [Fact]
    public async Task InvalidUtf8_IsPrintedAsText()
    {
        Emulator.AppendAsForeignWriter(Bucket, "a.log", [0xFF, 0xFE, (byte)'a', (byte)'\n', (byte)'{', 0xFF, (byte)'\n']);

        Assert.EndsWith("a\n{\uFFFD\n", (await RunAsync("cat", "a.log")).Good(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NLogJsonLayout_IsFilteredByItsNames()
    {
        Append("a.log", """{"time":"2026-11-22T17:00:00.000Z","level":"Info","message":"fine"}""" + "\n" + """{"time":"2026-11-22T17:01:00.000Z","level":"Error","message":"bad"}""" + "\n");

        Assert.Equal("17:01 bad\n", (await RunAsync("cat", "a.log", "--level", "Error", "--template", "{@t:HH:mm} {@m}")).Good());
    }

    [Fact]
    public async Task MissingObject_IsToldByTheExitCode()
    {
        var outcome = await RunAsync("cat", "none.log");

        Assert.Equal(ExitCodes.NotFound, outcome.ExitCode);
        Assert.Contains("none.log", outcome.Error);
    }

    // Linux and macOS have the number of the error, and Windows three codes.
    [Theory]
    [InlineData(32)]
    [InlineData(unchecked((int)0x8007006D))]
    [InlineData(unchecked((int)0x800700E8))]
    [InlineData(unchecked((int)0x800700E9))]
    public async Task ReaderThatHasGone_IsNoFailure(int code)
    {
        Append("a.log", string.Concat(Enumerable.Repeat("line\n", 100_000)));
        using var output = new ClosedPipe(code);
        using var error = new StringWriter();

        Assert.Equal(ExitCodes.Done, await ToolApplication.RunAsync(["cat", "a.log"], HostWith(output, error), TestContext.Current.CancellationToken));
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Cancellation_EndsWithTheCodeOfCtrlC()
    {
        Append("a.log", "1\n");
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var cancelled = new CancellationTokenSource();
        var held = Emulator.Faults.Hold(on: OssLogSinks.Emulator.Faults.FaultFilter.Any);
        var running = ToolApplication.RunAsync(["cat", "a.log"], HostWith(output, error), cancelled.Token);
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);

        await cancelled.CancelAsync();

        Assert.Equal(ExitCodes.Cancelled, await running);
    }

    [Theory]
    [InlineData("cat", "a.log")]
    [InlineData("cat", "a.log", "--stored")]
    [InlineData("cat", "b.log", "--histogram")]
    [InlineData("ls")]
    [InlineData("verify", "b.log")]
    [InlineData("completion", "bash")]
    [InlineData("cat", "--help")]
    [InlineData("[suggest:9]", "oss-logs v")]
    public async Task FullDisk_IsToldWithItsCure(params string[] arguments)
    {
        Append("a.log", string.Concat(Enumerable.Repeat("line\n", 100_000)));
        Append("b.log", "line\n");
        await using var output = FullDisk();
        using var error = new StringWriter();

        Assert.Equal(ExitCodes.Unreachable, await ToolApplication.RunAsync(arguments, HostWith(output, error), TestContext.Current.CancellationToken));
        Assert.StartsWith("oss-logs: The output cannot be written: No space left on device", error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n          Free space where it is written, or write it to another place, and run the command again.\n", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, error.ToString().Count(c => c == '\n'));
    }

    [Fact]
    public async Task FullDiskAfterAFailure_IsToldBesideIt()
    {
        Append("a.log", "line\n");
        Append("b.log.gz", "no gzip");
        await using var output = FullDisk();
        using var error = new StringWriter();

        Assert.Equal(ExitCodes.Found, await ToolApplication.RunAsync(["cat", "a.log", "b.log.gz", "--in-turn", "--stored"], HostWith(output, error), TestContext.Current.CancellationToken));
        Assert.Contains("oss-logs: The output cannot be written: No space left on device", error.ToString());
        Assert.Contains("oss-logs: 'b.log.gz' is not whole gzip", error.ToString());
    }

    [Fact]
    public async Task FullDiskBehindARedirection_IsToldByTheProcess()
    {
        Assert.SkipUnless(File.Exists(Full), "This system has no /dev/full.");
        Append("a.log", "line\n");
        await using var child = ToolChild.StartInto(Full, Variables, "cat", "a.log");

        var outcome = await child.EndAsync();

        Assert.Equal(ExitCodes.Unreachable, outcome.ExitCode);
        Assert.StartsWith("oss-logs: The output cannot be written: No space left on device", outcome.Error, StringComparison.Ordinal);
    }

    // A device that is always full.
    private static FileStream FullDisk()
    {
        Assert.SkipUnless(File.Exists(Full), "This system has no /dev/full.");
        return new FileStream(Full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    // Ctrl-C comes at its end, where more would follow.
    private sealed class StoppedText(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new OperationCanceledException(CancellationToken.None);
    }

    private sealed class ClosedPipe(int code) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("Broken pipe", code);

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe", code);
    }
}
