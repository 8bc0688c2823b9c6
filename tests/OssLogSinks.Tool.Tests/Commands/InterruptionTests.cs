using System.Text.Json;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>Ctrl-C: SIGINT to a real process, while a request of it is on its way.</summary>
public sealed class InterruptionTests : ToolTest, IDisposable
{
    private const int PartSize = 65_536;

    private readonly string _folder = Directory.CreateTempSubdirectory("oss-logs-test-").FullName;

    public InterruptionTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no kill on Windows.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(FaultMoment.BeforeCommit)]
    [InlineData(FaultMoment.AfterCommit)]
    public async Task Append_LeavesWholePartsAndGoesOnLater(FaultMoment moment)
    {
        var (file, bytes) = (Path.Combine(_folder, "file"), new byte[300_000]);
        new Random(5).NextBytes(bytes);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        Emulator.AppendAsForeignWriter(Bucket, "a", bytes.AsSpan(0, PartSize));
        var held = Emulator.Faults.Hold(moment, FaultFilter.Appends);
        await using var child = ToolChild.Start(Variables, "append", file, "a", "--part-size", $"{PartSize}");
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);

        var outcome = await child.InterruptAsync();
        held.Release();
        Emulator.Faults.Clear();

        Assert.Equal(ExitCodes.Cancelled, outcome.ExitCode);
        Assert.Equal("oss-logs: Stopped by Ctrl-C.\n          65536 of 300000 bytes are in the object, or a part more. Run the command again to go on.\n", outcome.Error);
        var stored = Emulator.ReadObject(Bucket, "a");
        Assert.Equal(0, stored.Length % PartSize);
        Assert.Equal(bytes[..stored.Length], stored);
        Assert.Contains($"300000 bytes", (await RunAsync("append", file, "a")).Good());
        Assert.Equal(bytes, Emulator.ReadObject(Bucket, "a"));
    }

    // A pipe holds 64 KiB, so the second object can be written only after head has read, and the fourth only after it has gone.
    [Fact]
    public async Task Cat_EndsWhenItsReaderHasGone()
    {
        for (var i = 0; i < 6; i++)
            Append($"s/{i}.log", string.Concat(Enumerable.Repeat("a line of the log\n", 20_000)));
        await using var child = ToolChild.StartPiped("head -n 1", Variables, "cat", "s/", "--stored", "--in-turn");

        var outcome = await child.EndAsync();

        Assert.Equal("a line of the log\n", outcome.Output);
        Assert.Equal("", outcome.Error);
        Assert.DoesNotContain(Emulator.Requests, request => request.Operation == OssOperation.GetObject && request.Key == "s/5.log");
    }

    [Fact]
    public async Task Cat_PrintsWholeLinesOnly()
    {
        Append("s/a.log", string.Concat(Enumerable.Range(0, 5_000).Select(i => $"line {i}\n")));
        Append("s/b.log", "never read\n");
        var held = Emulator.Faults.Hold(on: FaultFilter.Gets with { Key = "s/b.log" });
        await using var child = ToolChild.Start(Variables, "cat", "s/", "--stored", "--in-turn");
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);

        var outcome = await child.InterruptAsync();
        held.Release();

        Assert.Equal((ExitCodes.Cancelled, "oss-logs: Stopped by Ctrl-C.\n"), (outcome.ExitCode, outcome.Error));
        Assert.StartsWith("line 0\n", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nline 4999\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_TellsItAsJson()
    {
        Append("a.log", "line\n");
        var held = Emulator.Faults.Hold(on: FaultFilter.Gets);
        await using var child = ToolChild.Start(Variables, "cat", "a.log", "--json");
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);

        var outcome = await child.InterruptAsync();
        held.Release();

        Assert.Equal("", outcome.Output);
        Assert.Equal(ExitCodes.Cancelled, JsonDocument.Parse(outcome.Error).RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Tail_EndsAfterWholeLines()
    {
        Append("a.log", "first\n");
        await using var child = ToolChild.Start(Variables, "tail", "-f", "a.log", "--poll", "0.02s");
        Assert.Equal("first", await child.Output.ReadLineAsync(TestContext.Current.CancellationToken));
        Append("a.log", "second\nhalf");
        Assert.Equal("second", await child.Output.ReadLineAsync(TestContext.Current.CancellationToken));

        var outcome = await child.InterruptAsync();

        Assert.Equal((ExitCodes.Cancelled, "", "oss-logs: Stopped by Ctrl-C.\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Fact]
    public async Task CompactToTheBucket_LeavesNoObjectAndNoCopies()
    {
        Append("s/a.log", Clef(1, "a"));
        Variables["TMPDIR"] = _folder;
        var held = Emulator.Faults.Hold(on: FaultFilter.Appends);
        await using var child = ToolChild.Start(Variables, "compact", "s/", "--to", "p/", "--older-than", "0s", "--delete-source");
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);

        var outcome = await child.InterruptAsync();

        // The request waits at the server, and is not carried out while it is held.
        Assert.Equal(ExitCodes.Cancelled, outcome.ExitCode);
        Assert.Contains("Run the command again", outcome.Error);
        Assert.Equal("s/a.log", Emulator.ListObjects(Bucket).Single().Key);
        Assert.Empty(Directory.EnumerateDirectories(_folder, "oss-logs-*"));
        held.Release();
    }

    [Fact]
    public async Task CompactToAFile_LeavesNoFile()
    {
        Append("s/a.log", Clef(1, "a"));
        Append("s/b.log", Clef(2, "b"));
        Variables["TMPDIR"] = _folder;
        var target = Directory.CreateDirectory(Path.Combine(_folder, "target")).FullName;
        var held = Emulator.Faults.Hold(on: FaultFilter.Gets with { Key = "s/b.log" });
        await using var child = ToolChild.Start(Variables, "compact", "s/", "--file", Path.Combine(target, "x.parquet"), "--older-than", "0s");
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);

        var outcome = await child.InterruptAsync();
        held.Release();

        Assert.Equal(ExitCodes.Cancelled, outcome.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(target));
        Assert.Empty(Directory.EnumerateDirectories(_folder, "oss-logs-*"));
    }
}
