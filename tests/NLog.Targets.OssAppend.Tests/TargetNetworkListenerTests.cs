using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>
/// A listener that logs what the HTTP stack does to the very target that sends with it. It hears the whole process, the emulator
/// included: nothing else runs meanwhile, and how much it hears does not matter.
/// </summary>
[Collection(TargetAloneCollection.Name)]
public class TargetNetworkListenerTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task WithoutSpace_NeverWaits_AndEachIsStoredOrCounted(bool renderAtCall, bool hasBuffer)
    {
        await using var world = await StartAsync(renderAtCall, hasBuffer);
        using var listener = new NetworkListener(world.LogInner);

        await LogAsync(world, 400);
        await InTime(world.FlushAsync());
        await InTime(listener.StopAsync());
        await InTime(world.CloseAsync());

        world.AssertEachIsStoredOrCounted(mayLoseOuter: false);
        Assert.Equal(0, world.Oss.Faults.Pending);
        Assert.NotEqual(0, listener.BesideScopes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_DoesNotWaitForWhatItsConnectionsLog(bool renderAtCall)
    {
        await using var world = await StartAsync(renderAtCall, hasBuffer: false);
        using var listener = new NetworkListener(world.LogInner);

        await LogAsync(world, 100);
        await InTime(world.CloseAsync());
        await InTime(listener.StopAsync());

        Assert.Equal(Enumerable.Range(1, 100).Select(number => $"outer {number}"), world.LinesOf("outer"));
        Assert.NotEqual(0, listener.BesideScopes);
    }

    private static async Task<TargetInnerEventWorld> StartAsync(bool renderAtCall, bool hasBuffer)
    {
        var world = await TargetInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
        world.BurstOf = 5;
        world.Target.OverflowAction = AsyncTargetWrapperOverflowAction.Block;
        world.Target.QueueLimit = 5;
        world.Target.AppendSizeLimitBytes = world.Target.EventSizeLimitBytes = 4096;
        world.Target.MemoryLimitBytes = hasBuffer ? 8 * 4096 : 2 * 4096;
        // Each closes its connection, so that another is opened.
        world.Oss.Faults.DropRequestBeforeCommit().ResetInBody().DropResponseAfterCommit();
        world.Open();
        return world;
    }

    private static Task LogAsync(TargetInnerEventWorld world, int count) =>
        InTime(Task.Factory.StartNew(() => world.LogOuter(count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    private static Task InTime(Task task) => task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
}
