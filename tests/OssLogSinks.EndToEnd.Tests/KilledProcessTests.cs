using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.EndToEnd.Child;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Processes with a buffer on disk that are killed, or end while OSS is down, and others that come after them.</summary>
public sealed class KilledProcessTests : IDisposable
{
    private const int Events = 1000;
    private const int Flushed = Events / 2;

    private readonly BufferFolder _buffer = new();

    public void Dispose() => _buffer.Dispose();

    // Each row starts two processes. The CI runs the explicit ones too, here and below.
    [Theory]
    [InlineData("serilog", false, Explicit = true)]
    [InlineData("serilog", true)]
    [InlineData("nlog", false)]
    [InlineData("nlog", true, Explicit = true)]
    [InlineData("logging", false, Explicit = true)]
    [InlineData("logging", true, Explicit = true)]
    public async Task Kill_LosesNothingFlushedAndTheNextProcessStoresItOnce(string frontDoor, bool answersAreLost)
    {
        ChildProcess.SkipWithoutSignals();
        await using var emulator = await StartAsync();
        var isDown = TakeDown(emulator, answersAreLost);
        await using (var child = ChildProcess.Start(OrderFor(emulator, frontDoor)))
        {
            await child.SaysAsync("stored");
            await isDown.WaitAsync(TestContext.Current.CancellationToken);
            await child.SignalAsync("KILL");
            await child.EndsAsync();
        }

        Assert.Single(_buffer.Owners);
        emulator.Faults.Clear();
        await ShipBySuccessorAsync(emulator, frontDoor);

        Assert.Equal(Enumerable.Range(0, Flushed).Select(i => $"event {i}"), emulator.Lines().Where(IsOfTheFirst));
    }

    [Theory]
    [InlineData("serilog", false)]
    [InlineData("serilog", true, Explicit = true)]
    [InlineData("nlog", false, Explicit = true)]
    [InlineData("nlog", true)]
    [InlineData("logging", false, Explicit = true)]
    [InlineData("logging", true, Explicit = true)]
    public async Task KillWithoutAFlush_LosesOnlyTheLastEvents_AndDoublesNone(string frontDoor, bool answersAreLost)
    {
        ChildProcess.SkipWithoutSignals();
        await using var emulator = await StartAsync();
        await using (var child = ChildProcess.Start(OrderFor(emulator, frontDoor)))
        {
            await child.SaysAsync("stored");
            _ = TakeDown(emulator, answersAreLost);
            await child.GoOnAsync();
            await child.SaysAsync("logged");
            await child.SignalAsync("KILL");
            await child.EndsAsync();
        }

        emulator.Faults.Clear();
        await ShipBySuccessorAsync(emulator, frontDoor);

        var stored = emulator.Lines().Where(IsOfTheFirst).ToArray();
        Assert.InRange(stored.Length, Flushed, Events);
        Assert.Equal(Enumerable.Range(0, stored.Length).Select(i => $"event {i}"), stored);
    }

    [Theory]
    [InlineData("serilog", false, Explicit = true)]
    [InlineData("serilog", true)]
    [InlineData("nlog", false)]
    [InlineData("nlog", true, Explicit = true)]
    [InlineData("logging", false, Explicit = true)]
    [InlineData("logging", true, Explicit = true)]
    public async Task EndWhileOssIsDown_LosesNothingAndTheNextProcessStoresOnce(string frontDoor, bool answersAreLost)
    {
        await using var emulator = await StartAsync();
        var isDown = TakeDown(emulator, answersAreLost);
        await using (var child = ChildProcess.Start(OrderFor(emulator, frontDoor) with { End = "return", CloseTimeoutSeconds = 1 }))
        {
            await child.SaysAsync("stored");
            await isDown.WaitAsync(TestContext.Current.CancellationToken);
            await child.GoOnAsync();
            await child.SaysAsync("logged");

            Assert.Equal(0, await child.EndsAsync());
            Assert.Empty(child.LostEvents);
        }

        Assert.Single(_buffer.Owners);
        emulator.Faults.Clear();
        await ShipBySuccessorAsync(emulator, frontDoor);

        Assert.Equal(Enumerable.Range(0, Events).Select(i => $"event {i}"), emulator.Lines().Where(IsOfTheFirst));
    }

    [Fact]
    public async Task DeadProcessesOfBothFrontDoors_AreShippedByEither()
    {
        ChildProcess.SkipWithoutSignals();
        await using var emulator = await StartAsync();
        emulator.GoDown();
        foreach (var frontDoor in new[] { "serilog", "nlog" })
        {
            await using var child = ChildProcess.Start(OrderFor(emulator, frontDoor) with { Prefix = frontDoor });
            await child.SaysAsync("stored");
            await child.SignalAsync("KILL");
            await child.EndsAsync();
        }

        Assert.Equal(2, _buffer.Owners.Count);
        emulator.Faults.Clear();
        await ShipBySuccessorAsync(emulator, "serilog");

        foreach (var frontDoor in new[] { "serilog", "nlog" })
        {
            Assert.Equal(
                Enumerable.Range(0, Flushed).Select(i => $"{frontDoor} {i}"),
                emulator.Lines().Where(line => line.StartsWith(frontDoor, StringComparison.Ordinal)));
        }
    }

    // As on Mono, where the runtime's locks are unknown to other processes.
    [Fact]
    public async Task RuntimeWithoutFileLocks_LocksTheFolderAllTheSame()
    {
        ChildProcess.SkipWithoutSignals();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows every runtime has the locks of the system.");
        var withoutLocks = ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1");
        await using var emulator = await StartAsync();
        emulator.GoDown();
        await using var alive = ChildProcess.Start(OrderFor(emulator, "serilog") with { Prefix = "alive", End = "return" }, withoutLocks);
        await alive.SaysAsync("stored");
        await using (var killed = ChildProcess.Start(OrderFor(emulator, "serilog"), withoutLocks))
        {
            await killed.SaysAsync("stored");
            await killed.SignalAsync("KILL");
            await killed.EndsAsync();
        }

        emulator.Faults.Clear();
        await using var next = ChildProcess.Start(OrderFor(emulator, "nlog") with { Prefix = "next", End = "return" }, withoutLocks);
        await next.SaysAsync("stored");
        await _buffer.AreLeftAsync(2);
        await Task.WhenAll(alive.GoOnAsync(), next.GoOnAsync());

        Assert.Equal(0, await alive.EndsAsync());
        Assert.Equal(0, await next.EndsAsync());
        Assert.Empty(_buffer.Owners);
        foreach (var (prefix, count) in new[] { ("event", Flushed), ("alive", Events), ("next", Events) })
            Assert.Equal(Enumerable.Range(0, count).Select(i => $"{prefix} {i}"), emulator.Lines().Where(line => line.StartsWith(prefix, StringComparison.Ordinal)));
    }

    // It logs on its own account too, and ends as it should.
    private async Task ShipBySuccessorAsync(OssEmulator emulator, string frontDoor)
    {
        await using var next = ChildProcess.Start(OrderFor(emulator, frontDoor) with { Prefix = "next", End = "return" });
        await next.SaysAsync("stored");
        await _buffer.AllButOneAreShippedAsync();
        await next.GoOnAsync();

        Assert.Equal(0, await next.EndsAsync());
        Assert.Empty(next.LostEvents);
        Assert.Equal(
            Enumerable.Range(0, Events).Select(i => $"next {i}"),
            emulator.Lines().Where(line => line.StartsWith("next", StringComparison.Ordinal)));
        Assert.Empty(_buffer.Owners);
    }

    private Order OrderFor(OssEmulator emulator, string frontDoor) =>
        ChildProcess.OrderFor(emulator, frontDoor, "wait") with { BufferPath = _buffer.Path, Events = Events, PeriodMilliseconds = 5 };

    // Down for every request; or for the one append that is written and never answered, after which the child waits.
    private static Task TakeDown(OssEmulator emulator, bool answersAreLost)
    {
        if (answersAreLost)
            return emulator.Faults.Hold(FaultMoment.AfterCommit).Arrived;

        emulator.GoDown();
        return Task.CompletedTask;
    }

    private static bool IsOfTheFirst(string line) => line.StartsWith("event", StringComparison.Ordinal);

    private static Task<OssEmulator> StartAsync() => OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
}
