using OssLogSinks.Core.Telemetry;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

/// <summary>Events that delivery itself logs, through whatever it calls, to the very logger that it delivers.</summary>
public class SinkInnerEventTests
{
    private static readonly SinkInnerCaller[] Callers = Enum.GetValues<SinkInnerCaller>();

    // In each of the three theories a third of the callers, in one way, and all of them together in two; the rest is run by the CI.
    public static TheoryData<SinkInnerCaller, bool, bool> Ways(int theory) =>
    [
        .. Callers.SelectMany(caller => new[] { (false, false), (true, false), (false, true), (true, true) }.Select((way, number) =>
            new TheoryDataRow<SinkInnerCaller, bool, bool>(caller, way.Item1, way.Item2)
            {
                Explicit = caller == SinkInnerCaller.All ? number is 1 or 2 : (int)caller % 3 != theory || number != (int)caller % 4,
            })),
    ];

    [Theory]
    [MemberData(nameof(Ways), 0)]
    public async Task WithoutSpace_NoneWaits_AndEachIsStoredOrCounted(SinkInnerCaller caller, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await SinkInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
        world.BurstOf = caller == SinkInnerCaller.All ? 8 : 40;
        world.Options.QueueLimit = 5;
        world.Options.BlockWhenFull = true;
        world.Options.BlockTimeout = Timeout.InfiniteTimeSpan;
        world.Options.AppendSizeLimitBytes = world.Options.EventSizeLimitBytes = 4096;
        world.Options.MemoryLimitBytes = hasBuffer ? 8 * 4096 : 2 * 4096;
        world.Oss.Faults.Throttle(5);
        world.Open();

        await Task.Factory.StartNew(() => world.LogOuter(400), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).InTime();
        await world.FlushAsync().InTime();
        await world.CloseAsync().InTime();

        world.AssertEachIsStoredOrCounted();
    }

    [Theory]
    [MemberData(nameof(Ways), 1)]
    public async Task InnerEventsWithSpace_AreStoredWithTheNextAppend(SinkInnerCaller caller, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await SinkInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
        await using var measure = await SinkInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
        world.Oss.Faults.Throttle(1);
        world.Open();
        measure.Open();

        const int Rounds = 3;
        for (var round = 1; round <= Rounds; round++)
        {
            world.LogOuter(1);
            await Wait.UntilAsync(() => world.Lines.Count(line => line.StartsWith("outer", StringComparison.Ordinal)) == world.Outer - world.TooLarge).InTime();
            await measure.PassTimeAsync(intervals: 8).InTime();
        }

        Assert.InRange(world.Appends, Rounds, 2 * Rounds);
        Assert.Equal(TimeSpan.Zero, world.Options.Monitor!.GetSnapshot().OldestUndelivered);

        var logged = world.Inner;
        world.LogOuter(1);
        await Wait.UntilAsync(() => world.Lines.Count(line => line.StartsWith("inner", StringComparison.Ordinal)) >= logged).InTime();
        await world.CloseAsync().InTime();
        world.AssertEachIsStoredOrCounted();
    }

    [Theory]
    [MemberData(nameof(Ways), 2)]
    public async Task InnerEventsWithoutSpace_AreBoundedAndStoredOrCounted(SinkInnerCaller caller, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await SinkInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
        await using var measure = await SinkInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
        world.BurstOf = 60;
        world.Options.QueueLimit = 100;
        world.Options.AppendSizeLimitBytes = world.Options.EventSizeLimitBytes = 4096;
        world.Options.MemoryLimitBytes = hasBuffer ? 8 * 4096 : 2 * 4096;
        world.Oss.Faults.Throttle(1);
        world.Open();
        measure.Open();

        world.LogOuter(1);
        // What the application logged is sent with all that came between, and then there is no append any more. Each append logs, so one
        // that made the next one due would go on for ever.
        var (before, rounds) = (-1, 0);
        while (before != world.Appends)
        {
            Assert.InRange(++rounds, 1, 10);
            before = world.Appends;
            await measure.PassTimeAsync(intervals: 8).InTime();
        }

        await world.CloseAsync().InTime();
        world.AssertEachIsStoredOrCounted(mayLoseOuter: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StormWithAllOfThemLogging_LosesAndDoublesNothing(bool hasBuffer)
    {
        await using var world = await SinkInnerEventWorld.StartAsync(SinkInnerCaller.All, renderAtCall: false, hasBuffer);
        world.Options.QueueLimit = 50;
        world.Options.BlockWhenFull = true;
        world.Options.BlockTimeout = Timeout.InfiniteTimeSpan;
        world.Options.AppendSizeLimitBytes = world.Options.EventSizeLimitBytes = 4096;
        world.Options.MemoryLimitBytes = 8 * 4096;
        world.Oss.Faults.DropResponseAfterCommit(2).Throttle(3).DropRequestBeforeCommit(2).RespondAfterCommit(500).ResetInBody(2).Throttle(3).DropResponseAfterCommit(2);
        world.Open();

        await Task.Factory.StartNew(() => world.LogOuter(2000), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).InTime();
        await world.FlushAsync().InTime();
        await world.CloseAsync().InTime();

        world.AssertEachIsStoredOrCounted();
        Assert.Equal(0, world.Oss.Faults.Pending);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Flush_EndsWithTheEventsBeforeIt_HoweverManyItsDeliveryLogs(bool hasBuffer)
    {
        await using var world = await SinkInnerEventWorld.StartAsync(SinkInnerCaller.All, renderAtCall: false, hasBuffer);
        world.Open();
        for (var i = 0; i < 5; i++)
        {
            world.LogOuter(10);
            await world.FlushAsync().InTime();
            Assert.Equal(world.Outer - world.TooLarge, world.Lines.Count(line => line.StartsWith("outer", StringComparison.Ordinal)));
        }

        var before = world.Inner;
        await world.FlushAsync().InTime();
        Assert.True(world.Lines.Count(line => line.StartsWith("inner", StringComparison.Ordinal)) >= before);
    }

    [Fact]
    public async Task EventsThatWait_NeverKeepTheApplicationsOut()
    {
        await using var world = await SinkInnerEventWorld.StartAsync(SinkInnerCaller.Client, renderAtCall: true, hasBuffer: false);
        world.BurstOf = 400;
        world.Options.BlockWhenFull = true;
        world.Options.BlockTimeout = Timeout.InfiniteTimeSpan;
        world.Options.AppendSizeLimitBytes = world.Options.EventSizeLimitBytes = 4096;
        world.Options.MemoryLimitBytes = 4 * 4096;
        world.Open();

        for (var i = 0; i < 20; i++)
        {
            await Task.Factory.StartNew(() => world.LogOuter(1), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).InTime();
            await Wait.UntilAsync(() => world.Lines.Count(line => line.StartsWith("outer", StringComparison.Ordinal)) == world.Outer).InTime();
        }

        await world.CloseAsync().InTime();
        world.AssertEachIsStoredOrCounted();
    }

    [Fact]
    public async Task FailureListenerThatLogs_IsNotToldOfWhatItLogsItself()
    {
        var listener = new LoggingListener();
        var bucket = new MemoryOss();
        var options = Some.Options(bucket);
        options.RenderAtCall = true;
        options.EventSizeLimitBytes = 256;
        options.DropTooLargeEvents = true;
        await using (var logger = new LoggerConfiguration().WriteTo.Fallible(w => w.OssAppend(options), listener).CreateLogger())
        {
            listener.Log = () => logger.Information("{Text}", new string('x', 300));
            logger.Information("{Text}", new string('y', 300));
        }

        Assert.Equal(1, listener.Told);
        Assert.Equal(2, options.Monitor!.GetSnapshot().Dropped[DropReason.TooLarge]);
    }

    [Fact]
    public async Task TwoLoggersThatLogToEachOther_EndUpInPeace()
    {
        await using var one = await SinkInnerEventWorld.StartAsync(SinkInnerCaller.Client, renderAtCall: false, hasBuffer: false);
        await using var other = await SinkInnerEventWorld.StartAsync(SinkInnerCaller.Client, renderAtCall: false, hasBuffer: false);
        await using var measure = await SinkInnerEventWorld.StartAsync(caller: null, renderAtCall: false, hasBuffer: false);
        one.Open();
        other.Open();
        measure.Open();
        (one.LogInnerTo, other.LogInnerTo) = (other, one);

        one.LogOuter(1);
        await Wait.UntilAsync(() => one.Lines.Length == 1 && other.Lines.Length == 1).InTime();
        await measure.PassTimeAsync(intervals: 8).InTime();

        // The event of the application, and what its delivery says of it: the answer to that waits.
        Assert.Equal((1, 1), (one.Appends, other.Appends));
        await one.CloseAsync().InTime();
        await other.CloseAsync().InTime();
        Assert.Equal(["outer 1", "inner"], one.Lines.Select(line => line.StartsWith("inner", StringComparison.Ordinal) ? "inner" : line));
    }

    [Fact]
    public async Task ApplicationThatAwaitedAFlush_IsNoPartOfTheDelivery()
    {
        await using var world = await SinkInnerEventWorld.StartAsync(SinkInnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Open();
        world.LogOuter(1);
        await world.FlushAsync().InTime();

        Assert.False(OssLogSinks.Core.Telemetry.DeliveryScope.IsActive);
        var appends = world.Appends;
        world.LogOuter(1);
        await Wait.UntilAsync(() => world.Appends > appends).InTime();
    }
}
