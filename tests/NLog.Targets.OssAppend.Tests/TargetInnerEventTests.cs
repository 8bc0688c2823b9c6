using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Client.Credentials;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>Tests that use what there is only one of in a process: NLog's internal log.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TargetAloneCollection
{
    public const string Name = "Alone";
}

/// <summary>Events that delivery itself logs, through whatever it calls, to the very target that it delivers.</summary>
[Collection(TargetAloneCollection.Name)]
public class TargetInnerEventTests
{
    private static readonly TargetInnerCaller[] Callers = Enum.GetValues<TargetInnerCaller>();

    // In each of the two theories half of the callers, in one way, and all of them together in two; the rest is run by the CI.
    public static TheoryData<TargetInnerCaller, AsyncTargetWrapperOverflowAction, bool, bool> Ways(int theory)
    {
        var ways = new TheoryData<TargetInnerCaller, AsyncTargetWrapperOverflowAction, bool, bool>();
        foreach (var caller in Callers)
        {
            Add(caller, AsyncTargetWrapperOverflowAction.Block, false, false);
            Add(caller, AsyncTargetWrapperOverflowAction.Block, true, false);
            Add(caller, AsyncTargetWrapperOverflowAction.Block, false, true);
            Add(caller, AsyncTargetWrapperOverflowAction.Block, true, true);
            Add(caller, AsyncTargetWrapperOverflowAction.Discard, false, false);
            Add(caller, AsyncTargetWrapperOverflowAction.Grow, false, false);
        }

        return ways;

        void Add(TargetInnerCaller caller, AsyncTargetWrapperOverflowAction overflow, bool renderAtCall, bool hasBuffer) =>
            ways.Add(new TheoryDataRow<TargetInnerCaller, AsyncTargetWrapperOverflowAction, bool, bool>(caller, overflow, renderAtCall, hasBuffer)
            {
                Explicit = caller == TargetInnerCaller.All ? ways.Count % 6 is not (2 or 4) : (int)caller % 2 != theory || ways.Count % 6 != (int)caller % 6,
            });
    }

    [Theory]
    [MemberData(nameof(Ways), 0)]
    public async Task WithoutSpace_NoneWaits_AndEachIsStoredOrCounted(TargetInnerCaller caller, AsyncTargetWrapperOverflowAction overflow, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await TargetInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
        world.BurstOf = caller == TargetInnerCaller.All ? 8 : 40;
        world.Target.OverflowAction = overflow;
        world.Target.QueueLimit = 5;
        world.Target.AppendSizeLimitBytes = world.Target.EventSizeLimitBytes = 4096;
        world.Target.MemoryLimitBytes = hasBuffer ? 8 * 4096 : 2 * 4096;
        world.Oss.Faults.Throttle(5);
        world.Open();

        await InTime(Task.Factory.StartNew(() => world.LogOuter(400), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await InTime(world.FlushAsync());
        await InTime(world.CloseAsync());

        world.AssertEachIsStoredOrCounted(mayLoseOuter: overflow == AsyncTargetWrapperOverflowAction.Discard);
    }

    [Theory]
    [MemberData(nameof(Ways), 1)]
    public async Task InnerEventsWithSpace_AreStoredWithTheNextAppend(TargetInnerCaller caller, AsyncTargetWrapperOverflowAction overflow, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await TargetInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
        await using var measure = await TargetInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
        world.Target.OverflowAction = overflow;
        world.Oss.Faults.Throttle(1);
        world.Open();
        measure.Open();

        const int Rounds = 3;
        for (var round = 1; round <= Rounds; round++)
        {
            world.LogOuter(1);
            await Wait.UntilAsync(() => world.LinesOf("outer").Count == world.Outer);
            await measure.PassTimeAsync(intervals: 8);
        }

        Assert.InRange(world.Appends, Rounds, 2 * Rounds);
        Assert.Equal(TimeSpan.Zero, world.Target.GetSnapshot().OldestUndelivered);

        var logged = world.Inner;
        world.LogOuter(1);
        await Wait.UntilAsync(() => world.LinesOf("inner").Count >= logged);
        await InTime(world.CloseAsync());
        world.AssertEachIsStoredOrCounted(mayLoseOuter: false);
    }

    [Fact]
    public async Task BlockWithCredentialsThatLog_AndRefusedAppends_NeverStops()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(TargetInnerCaller.Credentials, renderAtCall: false, hasBuffer: false);
        world.BurstOf = 3;
        world.Target.OverflowAction = AsyncTargetWrapperOverflowAction.Block;
        world.Target.QueueLimit = 100;
        world.Target.AppendSizeLimitBytes = world.Target.EventSizeLimitBytes = 4096;
        world.Target.MemoryLimitBytes = 2 * 4096;
        world.Oss.Faults.Throttle(20);
        var credentials = world.Credentials;
        world.Credentials = new DelegateCredentialsProvider(async cancellation =>
        {
            var fetched = await credentials.GetCredentialsAsync(null, cancellation);
            return new OssCredentials(fetched.AccessKeyId, fetched.AccessKeySecret.Reveal()) { Expiration = DateTimeOffset.UtcNow };
        });
        world.Open();

        await InTime(Task.Factory.StartNew(() => world.LogOuter(3000), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await InTime(world.FlushAsync());
        await InTime(world.CloseAsync());

        world.AssertEachIsStoredOrCounted(mayLoseOuter: false);
    }

    [Fact]
    public async Task StormWithAllOfThemLogging_LosesAndDoublesNothing()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(TargetInnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Target.OverflowAction = AsyncTargetWrapperOverflowAction.Block;
        world.Target.QueueLimit = 50;
        world.Target.AppendSizeLimitBytes = world.Target.EventSizeLimitBytes = 4096;
        world.Target.MemoryLimitBytes = 4 * 4096;
        world.Oss.Faults.DropResponseAfterCommit(2).Throttle(3).DropRequestBeforeCommit(2).RespondAfterCommit(500).ResetInBody(2).Throttle(3).DropResponseAfterCommit(2);
        world.Open();

        await InTime(Task.Factory.StartNew(() => world.LogOuter(2000), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await InTime(world.FlushAsync());
        await InTime(world.CloseAsync());

        world.AssertEachIsStoredOrCounted(mayLoseOuter: false);
        Assert.Equal(0, world.Oss.Faults.Pending);
    }

    [Fact]
    public async Task Flush_EndsWithTheEventsBeforeIt_HoweverManyItsDeliveryLogs()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(TargetInnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Open();
        for (var i = 0; i < 5; i++)
        {
            world.LogOuter(10);
            await InTime(world.FlushAsync());
            Assert.Equal(world.Outer, world.LinesOf("outer").Count);
        }
    }

    [Fact]
    public async Task CloseWhoseDeliveryLogs_Ends_WithWhateverTakesLateEvents()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(TargetInnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Target.DrainOnProcessExit = true;
        world.Open();
        world.LogOuter(100);

        await InTime(world.CloseAsync());

        Assert.Equal(100, world.LinesOf("outer").Count);
    }

    [Fact]
    public async Task ContinuationOfAFlush_IsTheApplicationAgain()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(TargetInnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Open();
        world.LogOuter(1);
        var isDelivery = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Target.Flush(_ => isDelivery.TrySetResult(OssLogSinks.Core.Telemetry.DeliveryScope.IsActive));

        Assert.False(await isDelivery.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.False(OssLogSinks.Core.Telemetry.DeliveryScope.IsActive);
    }

    private static Task InTime(Task task) => task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
}
