using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

public class TailCommandTests : ToolTest
{
    [Fact]
    public async Task LastLines_AreThoseOfAllStreams()
    {
        Append("s/a.log", Clef(1, "1") + Clef(3, "3") + Clef(5, "5"));
        AppendGzip("s/b.log.gz", Clef(2, "2"));
        AppendGzip("s/b.log.gz", Clef(4, "4"));

        Assert.Equal("3\n4\n5\n", (await RunAsync("tail", "s/", "-n", "3", "--template", "{@m}")).Good());
    }

    [Fact]
    public async Task LongObject_IsReadFromItsEnd()
    {
        Append("a.log", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i}\n")));
        for (var i = 0; i < 200; i++)
            AppendGzip("b.log.gz", string.Concat(Enumerable.Range(0, 300).Select(_ => Guid.NewGuid() + "\n")) + $"member {i}\n");

        Assert.Equal("line 99998\nline 99999\n", (await RunAsync("tail", "a.log", "-n", "2")).Good());
        Assert.Equal("member 199\n", (await RunAsync("tail", "b.log.gz", "-n", "1")).Good());
        Assert.DoesNotContain(Emulator.Requests, request => request.Headers.GetValueOrDefault("range", "").StartsWith("bytes=0-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Follow_ShowsAppendsRollsAndMembers()
    {
        Append("s/a.log", "old\n");
        await using var tail = Follow("s/", "-n", "1");
        await tail.Output.ShowsAsync("old\n");

        Append("s/a.log", "appended\n");
        await tail.Output.ShowsAsync("appended\n");
        Append("s/a_001.log", "rolled\n");
        await tail.Output.ShowsAsync("rolled\n");
        AppendGzip("s/b.log.gz", "first member\n");
        await tail.Output.ShowsAsync("first member\n");
        AppendGzip("s/b.log.gz", "second member\n");
        await tail.Output.ShowsAsync("second member\n");

        Assert.Equal(ExitCodes.Cancelled, await tail.StopAsync());
        Assert.Equal("old\nappended\nrolled\nfirst member\nsecond member\n", tail.Output.Text);
    }

    [Fact]
    public async Task FiftyStreams_ShowEachEventOnce()
    {
        for (var i = 0; i < 50; i++)
            Append($"s/{i:00}.log", "begun\n");
        await using var tail = Follow("s/", "-n", "1");
        await tail.Output.ShowsAsync("begun\n");

        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 50; i++)
                Append($"s/{i:00}{(round > 2 ? "_001" : "")}.log", $"event {round} of {i:00}\n");
        }

        for (var i = 0; i < 50; i++)
            await tail.Output.ShowsAsync($"event 4 of {i:00}\n");
        await tail.StopAsync();
        var lines = tail.Output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(251, lines.Length);
        Assert.Equal(251, lines.Distinct().Count());
    }

    [Fact]
    public async Task HalfALine_IsShownWhenItIsWhole()
    {
        Append("a.log", "start\n");
        await using var tail = Follow("a", "-n", "1");
        await tail.Output.ShowsAsync("start\n");

        Append("a.log", "half a\r");
        Append("b.log", "not watched\n");
        Append("a2.log", "marker\n");
        await tail.Output.ShowsAsync("marker\n");
        Append("a.log", "line\n");
        await tail.Output.ShowsAsync("line\n");

        await tail.StopAsync();
        Assert.Equal("start\nmarker\nhalf a\u240dline\n", tail.Output.Text);
    }

    [Fact]
    public async Task ObjectBegunAgain_IsReadFromItsStart()
    {
        Append("a.log", "a long first life\n");
        await using var tail = Follow("a.log", "-n", "1");
        await tail.Output.ShowsAsync("life\n");

        Emulator.DeleteObject(Bucket, "a.log");
        Append("a.log", "again\n");

        await tail.Output.ShowsAsync("again\n");
    }

    [Fact]
    public async Task ServiceThatFails_IsAskedAgain()
    {
        Append("a.log", "start\n");
        await using var tail = Follow("a.log", "-n", "1");
        await tail.Output.ShowsAsync("start\n");

        Emulator.Faults.Throttle(3);
        Append("a.log", "after the trouble\n");

        await tail.Output.ShowsAsync("after the trouble\n");
    }

    [Fact]
    public async Task Filter_AppliesToWhatFollows()
    {
        Append("a.log", Clef(1, "old", ""","@l":"Error" """.Trim()));
        await using var tail = Follow("a.log", "--level", "Error", "--template", "{@m}");
        await tail.Output.ShowsAsync("old\n");

        Append("a.log", Clef(2, "plain") + Clef(3, "failed", ""","@l":"Error" """.Trim()));

        await tail.Output.ShowsAsync("failed\n");
        Assert.DoesNotContain("plain", tail.Output.Text);
    }

    private FollowedTail Follow(params string[] arguments) => new(this, ["tail", "-f", "--poll", "0.02s", .. arguments]);

    private sealed class FollowedTail : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly StringWriter _error = new();
        private readonly Task<int> _running;

        public FollowedTail(TailCommandTests test, string[] arguments) =>
            _running = Task.Run(() => ToolApplication.RunAsync(arguments, test.HostWith(Output, _error), _stop.Token));

        public AwaitedOutput Output { get; } = new();

        public async Task<int> StopAsync()
        {
            await _stop.CancelAsync();
            return await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
            await Output.DisposeAsync();
            await _error.DisposeAsync();
        }
    }
}
