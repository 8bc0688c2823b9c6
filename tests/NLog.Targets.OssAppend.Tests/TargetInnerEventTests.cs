using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Testing.FrontDoors;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>Tests that use what there is only one of in a process: NLog's internal log.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TargetAloneCollection
{
    public const string Name = "Alone";
}

/// <summary>Events that delivery itself logs, through whatever it calls, to the very target that it delivers.</summary>
[Collection(TargetAloneCollection.Name)]
public class TargetInnerEventTests : InnerEventTests
{
    // In each of the two theories half of the callers, in one way, and all of them together in two; the rest is run by the CI.
    public static TheoryData<InnerCaller, AsyncTargetWrapperOverflowAction, bool, bool> Ways(int theory)
    {
        var ways = new TheoryData<InnerCaller, AsyncTargetWrapperOverflowAction, bool, bool>();
        foreach (var caller in TargetInnerEventWorld.Callers)
        {
            Add(caller, AsyncTargetWrapperOverflowAction.Block, false, false);
            Add(caller, AsyncTargetWrapperOverflowAction.Block, true, false);
            Add(caller, AsyncTargetWrapperOverflowAction.Block, false, true);
            Add(caller, AsyncTargetWrapperOverflowAction.Block, true, true);
            Add(caller, AsyncTargetWrapperOverflowAction.Discard, false, false);
            Add(caller, AsyncTargetWrapperOverflowAction.Grow, false, false);
        }

        return ways;

        void Add(InnerCaller caller, AsyncTargetWrapperOverflowAction overflow, bool renderAtCall, bool hasBuffer) =>
            ways.Add(new TheoryDataRow<InnerCaller, AsyncTargetWrapperOverflowAction, bool, bool>(caller, overflow, renderAtCall, hasBuffer)
            {
                Explicit = caller == InnerCaller.All ? ways.Count % 6 is not (2 or 4) : ways.Count / 6 % 2 != theory || ways.Count % 6 != ways.Count / 6 % 6,
            });
    }

    [Theory]
    [MemberData(nameof(Ways), 0)]
    public async Task WithoutSpace_NoneWaits_AndEachIsStoredOrCounted(InnerCaller caller, AsyncTargetWrapperOverflowAction overflow, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await TargetInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
        world.Target.OverflowAction = overflow;
        await RunWithoutSpaceAsync(world, caller, hasBuffer, mayLoseOuter: overflow == AsyncTargetWrapperOverflowAction.Discard);
    }

    [Theory]
    [MemberData(nameof(Ways), 1)]
    public async Task InnerEventsWithSpace_AreStoredWithTheNextAppend(InnerCaller caller, AsyncTargetWrapperOverflowAction overflow, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await TargetInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
        await using var measure = await TargetInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
        world.Target.OverflowAction = overflow;
        await RunWithSpaceAsync(world, measure);
    }

    [Fact]
    public async Task BlockWithCredentialsThatLog_AndRefusedAppends_NeverStops()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(InnerCaller.Credentials, renderAtCall: false, hasBuffer: false);
        world.BurstOf = 3;
        world.LeaveLittleSpace(queueLimit: 100, appends: 2);
        world.WaitForSpace();
        world.Oss.Faults.Throttle(20);
        var credentials = world.Credentials;
        world.Credentials = new DelegateCredentialsProvider(async cancellation =>
        {
            var fetched = await credentials.GetCredentialsAsync(null, cancellation);
            return new OssCredentials(fetched.AccessKeyId, fetched.AccessKeySecret.Reveal()) { Expiration = DateTimeOffset.UtcNow };
        });
        world.Open();

        await world.LogOuterAsync(3000).InTime();
        await world.FlushAsync().InTime();
        await world.CloseAsync().InTime();

        world.AssertEachIsStoredOrCounted();
    }

    [Fact]
    public async Task CloseWhoseDeliveryLogs_Ends_WithWhateverTakesLateEvents()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(InnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Target.DrainOnProcessExit = true;
        world.Open();
        world.LogOuter(100);

        await world.CloseAsync().InTime();

        Assert.Equal(100, world.LinesOf("outer").Count);
    }

    [Fact]
    public async Task ContinuationOfAFlush_IsTheApplicationAgain()
    {
        await using var world = await TargetInnerEventWorld.StartAsync(InnerCaller.All, renderAtCall: false, hasBuffer: false);
        world.Open();
        world.LogOuter(1);
        var isDelivery = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Target.Flush(_ => isDelivery.TrySetResult(OssLogSinks.Core.Telemetry.DeliveryScope.IsActive));

        Assert.False(await isDelivery.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.False(OssLogSinks.Core.Telemetry.DeliveryScope.IsActive);
    }

    private protected override async Task<InnerEventWorld> StartAsync(InnerCaller? caller, bool renderAtCall, bool hasBuffer) =>
        await TargetInnerEventWorld.StartAsync(caller, renderAtCall, hasBuffer);
}
