using System.Diagnostics;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.EndToEnd.Child;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Processes that end without closing their logger, each really started and really signalled.</summary>
public class ProcessExitTests
{
    private static readonly IEnumerable<string> AllEvents = Enumerable.Range(0, 1000).Select(i => $"event {i}");

    // Each row starts a process. The CI runs the explicit ones too, here and below.
    [Theory]
    [InlineData("serilog", "return", "")]
    [InlineData("serilog", "exit", "", Explicit = true)]
    [InlineData("serilog", "throw", "")]
    [InlineData("serilog", "wait", "TERM")]
    [InlineData("serilog", "wait", "INT", Explicit = true)]
    [InlineData("serilog", "wait", "HUP", Explicit = true)]
    [InlineData("serilog", "wait", "QUIT", Explicit = true)]
    [InlineData("nlog", "return", "", Explicit = true)]
    [InlineData("nlog", "exit", "")]
    [InlineData("nlog", "throw", "", Explicit = true)]
    [InlineData("nlog", "wait", "TERM", Explicit = true)]
    [InlineData("nlog", "wait", "INT")]
    [InlineData("nlog", "wait", "HUP")]
    [InlineData("nlog", "wait", "QUIT", Explicit = true)]
    [InlineData("logging", "return", "")]
    [InlineData("logging", "exit", "", Explicit = true)]
    [InlineData("logging", "throw", "", Explicit = true)]
    [InlineData("logging", "wait", "TERM")]
    [InlineData("logging", "wait", "INT", Explicit = true)]
    public async Task EndWithoutClose_StoresEachEventOnce(string frontDoor, string end, string signal)
    {
        await using var emulator = await StartAsync();

        var (code, lost, _) = await RunAsync(ChildProcess.OrderFor(emulator, frontDoor, end), signal);

        Assert.Equal(AllEvents, emulator.Lines());
        Assert.Empty(lost);
        Assert.Equal(end is "return" or "exit", code == 0);
    }

    [Theory]
    [InlineData("serilog", "return", "", Explicit = true)]
    [InlineData("serilog", "wait", "TERM")]
    [InlineData("serilog", "wait", "INT", Explicit = true)]
    [InlineData("nlog", "return", "")]
    [InlineData("nlog", "wait", "TERM", Explicit = true)]
    [InlineData("nlog", "wait", "INT", Explicit = true)]
    [InlineData("logging", "return", "")]
    [InlineData("logging", "wait", "TERM", Explicit = true)]
    public async Task SilentOss_HoldsTheExitForTheCloseTimeoutAndReportsTheRest(string frontDoor, string end, string signal)
    {
        await using var emulator = await StartAsync();
        var order = ChildProcess.OrderFor(emulator, frontDoor, end) with { CloseTimeoutSeconds = 2 };

        var (_, lost, took) = await RunAsync(order, signal, beforeRest: () => emulator.Faults.Hold());

        Assert.Equal(AllEvents.Take(500), emulator.Lines());
        Assert.Equal(AllEvents.Skip(500), lost);
        Assert.InRange(took, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(15));
    }

    // Not NLog at a return: it closes its default factory at ProcessExit itself.
    [Theory]
    [InlineData("serilog", "return", "")]
    [InlineData("serilog", "wait", "TERM", Explicit = true)]
    [InlineData("nlog", "wait", "TERM")]
    [InlineData("logging", "return", "")]
    public async Task SwitchedOff_TheEndWaitsForNothing(string frontDoor, string end, string signal)
    {
        Assert.SkipWhen(frontDoor == "nlog" && Environment.Version.Major < 10, "Before .NET 10, SIGTERM raises ProcessExit.");
        await using var emulator = await StartAsync();
        var order = ChildProcess.OrderFor(emulator, frontDoor, end) with { DrainOnProcessExit = false };

        await RunAsync(order, signal);

        Assert.Equal(AllEvents.Take(500), emulator.Lines());
    }

    [Theory]
    [InlineData("serilog", "cancel")]
    [InlineData("serilog", "cancel-first", Explicit = true)]
    [InlineData("nlog", "cancel", Explicit = true)]
    [InlineData("nlog", "cancel-first")]
    [InlineData("logging", "cancel", Explicit = true)]
    public async Task CtrlCThatTheApplicationTakesOver_LeavesItsLogOpen(string frontDoor, string end)
    {
        await using var emulator = await StartAsync();

        var (code, lost, _) = await RunAsync(ChildProcess.OrderFor(emulator, frontDoor, end), "INT");

        Assert.Equal(AllEvents.Append("goes on"), emulator.Lines());
        Assert.Empty(lost);
        Assert.Equal(0, code);
    }

    // NLog closes its default factory there itself, before the application's handler has its turn.
    [Fact]
    public async Task ApplicationThatLogsAndClosesAtProcessExit_ComesFirst()
    {
        await using var emulator = await StartAsync();

        var (_, lost, _) = await RunAsync(ChildProcess.OrderFor(emulator, "serilog", "last-word"), "");

        Assert.Equal(AllEvents.Append("last word"), emulator.Lines());
        Assert.Empty(lost);
    }

    [Theory]
    [InlineData("serilog", "TERM")]
    [InlineData("serilog", "INT", Explicit = true)]
    [InlineData("nlog", "TERM", Explicit = true)]
    [InlineData("nlog", "INT")]
    [InlineData("logging", "TERM")]
    public async Task HostThatIsStopped_StoresWhatItLogsWhileItStops(string frontDoor, string signal)
    {
        await using var emulator = await StartAsync();

        var (code, lost, _) = await RunAsync(ChildProcess.OrderFor(emulator, frontDoor, "host"), signal);

        Assert.Equal(AllEvents.Append("work stops").Append("host has ended"), emulator.Lines());
        Assert.Empty(lost);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("serilog", 8, 1000)]
    [InlineData("serilog", 8, 4000, Explicit = true)]
    [InlineData("nlog", 9, 4000, Explicit = true)]
    public async Task SeveralProcessesOnOneKey_StoreEachEventOnceAndInOrder(string frontDoor, int seed, int events)
    {
        const int processes = 3;
        await using var emulator = await StartAsync();
        emulator.Faults.Random(0.2, seed, Passing);

        await Task.WhenAll(Enumerable.Range(0, processes).Select(process => RunAsync(
            ChildProcess.OrderFor(emulator, frontDoor, "return") with { Prefix = $"process {process}", Events = events, PeriodMilliseconds = 5 }, "")));

        var lines = emulator.Lines();
        Assert.Equal(processes * events, lines.Count);
        for (var process = 0; process < processes; process++)
        {
            var prefix = $"process {process} ";
            Assert.Equal(
                Enumerable.Range(0, events).Select(i => prefix + i), lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)));
        }
    }

    // What is over at the next try: these processes wait no longer than an application does.
    private const FaultKinds Passing = FaultKinds.AllForSharedObjects & ~(FaultKinds.GatewayPage | FaultKinds.KindChange);

    private static Task<OssEmulator> StartAsync() => OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<(int Code, IReadOnlyList<string> Lost, TimeSpan Took)> RunAsync(Order order, string signal, Action? beforeRest = null)
    {
        SkipWhereNotSignalled(signal);
        await using var child = ChildProcess.Start(order);
        await child.SaysAsync("stored");
        beforeRest?.Invoke();
        await child.GoOnAsync();
        await child.SaysAsync("logged");

        var startedAt = Stopwatch.GetTimestamp();
        if (signal.Length > 0)
            await child.SignalAsync(signal);

        var code = await child.EndsAsync();
        return (code, child.LostEvents, Stopwatch.GetElapsedTime(startedAt));
    }

    private static void SkipWhereNotSignalled(string signal)
    {
        if (signal.Length > 0)
            ChildProcess.SkipWithoutSignals();
        Assert.SkipWhen(IsIgnored(signal), $"This test run was started with SIG{signal} ignored, and its child processes inherit that.");
    }

    private static bool IsIgnored(string signal)
    {
        var number = signal switch { "HUP" => 1, "INT" => 2, "QUIT" => 3, _ => 0 };
        if (number == 0 || !File.Exists("/proc/self/status"))
            return false;

        var mask = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1];
        return (Convert.ToUInt64(mask, 16) & (1UL << (number - 1))) != 0;
    }
}
