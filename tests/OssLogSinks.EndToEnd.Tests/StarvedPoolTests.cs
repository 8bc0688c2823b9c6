using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Processes that end while their thread pool has no thread left, now or ever.</summary>
public class StarvedPoolTests
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    // The close and two seconds, and what a process needs to end on a busy machine.
    private static readonly TimeSpan Longest = CloseTimeout + TimeSpan.FromSeconds(2) + TimeSpan.FromSeconds(5);

    // NLog's own shutdown asks the targets to flush on threads of the pool, and gives up after fifteen seconds.
    private static readonly TimeSpan NLogsOwnWait = TimeSpan.FromSeconds(15);

    // The rest is run by the CI: each waits for some seconds.
    [Theory]
    [InlineData("serilog", "close", "")]
    [InlineData("serilog", "return", "", Explicit = true)]
    [InlineData("serilog", "exit", "", Explicit = true)]
    [InlineData("serilog", "throw", "", Explicit = true)]
    [InlineData("serilog", "wait", "TERM", Explicit = true)]
    [InlineData("nlog", "close", "", Explicit = true)]
    [InlineData("nlog", "return", "", Explicit = true)]
    [InlineData("nlog", "exit", "", Explicit = true)]
    [InlineData("nlog", "throw", "", Explicit = true)]
    [InlineData("nlog", "wait", "TERM")]
    public async Task PoolWithoutAThread_HoldsNoEndUp_AndTheRestIsTold(string frontDoor, string end, string signal)
    {
        if (signal.Length > 0)
            ChildProcess.SkipWithoutSignals();
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var child = ChildProcess.Start(ChildProcess.OrderFor(emulator, frontDoor, end) with
        {
            StarvesPool = true,
            CloseTimeoutSeconds = (int)CloseTimeout.TotalSeconds,
            FlushTimeoutSeconds = (int)FlushTimeout.TotalSeconds,
        });
        await child.SaysAsync("stored");
        await child.GoOnAsync();
        await child.SaysAsync("logged");

        var begun = Stopwatch.GetTimestamp();
        if (signal.Length > 0)
            await child.SignalAsync(signal);
        await child.EndsAsync();
        var took = Stopwatch.GetElapsedTime(begun);

        TestContext.Current.TestOutputHelper?.WriteLine($"It took {took.TotalSeconds:0.0} s.");
        Assert.InRange(took, TimeSpan.Zero, (frontDoor, end) is ("nlog", "close") ? Longest + NLogsOwnWait : Longest);

        // Serilog's queue keeps what it does not come to give out: those events are counted, but not told one by one.
        var all = Enumerable.Range(0, 1000).Select(i => $"event {i}").ToList();
        var (stored, told) = (emulator.Lines(), child.LostEvents);
        Assert.Equal(all.Take(stored.Count + told.Count), stored.Concat(told));
        Assert.Equal(all.Count - stored.Count, CountsIn(await child.Errors).Sum());
        Assert.True(frontDoor == "serilog" || told.Count == all.Count - stored.Count);
    }

    private static IEnumerable<int> CountsIn(string reports) =>
        Regex.Matches(reports, @"(\d+) (?:more )?event\(s\) were dropped").Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
}
