using OssLogSinks.Core.Telemetry;
using OssLogSinks.Testing.FrontDoors;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

/// <summary>Events that delivery itself logs, through whatever it calls, to the very logger that it delivers.</summary>
public class SinkInnerEventTests : InnerEventTests
{
    // In each of the three theories a third of the callers, in one way, and all of them together in two; the rest is run by the CI.
    public static TheoryData<InnerCaller, bool, bool> Ways(int theory) =>
    [
        .. SinkInnerEventWorld.Callers.SelectMany((caller, index) => new[] { (false, false), (true, false), (false, true), (true, true) }.Select((way, number) =>
            new TheoryDataRow<InnerCaller, bool, bool>(caller, way.Item1, way.Item2)
            {
                Explicit = caller == InnerCaller.All ? number is 1 or 2 : index % 3 != theory || number != index % 4,
            })),
    ];

    [Theory]
    [MemberData(nameof(Ways), 0)]
    public async Task WithoutSpace_NoneWaits_AndEachIsStoredOrCounted(InnerCaller caller, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await StartAsync(caller, renderAtCall, hasBuffer);
        world.WaitForSpace();
        await RunWithoutSpaceAsync(world, caller, hasBuffer);
    }

    [Theory]
    [MemberData(nameof(Ways), 1)]
    public async Task InnerEventsWithSpace_AreStoredWithTheNextAppend(InnerCaller caller, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await StartAsync(caller, renderAtCall, hasBuffer);
        await using var measure = await StartAsync(caller: null, renderAtCall, hasBuffer);
        await RunWithSpaceAsync(world, measure);
    }

    [Theory]
    [MemberData(nameof(Ways), 2)]
    public async Task InnerEventsWithoutSpace_AreBoundedAndStoredOrCounted(InnerCaller caller, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await StartAsync(caller, renderAtCall, hasBuffer);
        await using var measure = await StartAsync(caller: null, renderAtCall, hasBuffer);
        world.BurstOf = caller == InnerCaller.All ? 20 : 60;
        world.LeaveLittleSpace(queueLimit: 100, appends: hasBuffer ? 8 : 2);
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

    [Fact]
    public async Task EventsThatWait_NeverKeepTheApplicationsOut()
    {
        await using var world = await StartAsync(InnerCaller.Client, renderAtCall: true, hasBuffer: false);
        world.BurstOf = 400;
        world.WaitForSpace();
        world.LeaveLittleSpace(queueLimit: 50_000, appends: 4);
        world.Open();

        for (var i = 0; i < 20; i++)
        {
            await world.LogOuterAsync(1).InTime();
            await Wait.UntilAsync(() => world.LinesOf("outer").Count == world.Outer).InTime();
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
        await using var one = await StartAsync(InnerCaller.Client, renderAtCall: false, hasBuffer: false);
        await using var other = await StartAsync(InnerCaller.Client, renderAtCall: false, hasBuffer: false);
        await using var measure = await StartAsync(caller: null, renderAtCall: false, hasBuffer: false);
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
        await using var world = await StartAsync(InnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Open();
        world.LogOuter(1);
        await world.FlushAsync().InTime();

        Assert.False(OssLogSinks.Core.Telemetry.DeliveryScope.IsActive);
        var appends = world.Appends;
        world.LogOuter(1);
        await Wait.UntilAsync(() => world.Appends > appends).InTime();
    }

    private protected override async Task<InnerEventWorld> StartAsync(InnerCaller? caller, bool renderAtCall, bool hasBuffer) =>
        await SinkInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
}
