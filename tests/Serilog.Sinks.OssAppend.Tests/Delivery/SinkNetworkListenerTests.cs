using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

/// <summary>
/// A listener that logs what the HTTP stack does to the very logger that sends with it. It hears the whole process, the emulator
/// included: nothing else runs meanwhile, and how much it hears does not matter.
/// </summary>
[Collection(SinkAloneCollection.Name)]
public class SinkNetworkListenerTests
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
        await world.FlushAsync().InTime();
        await listener.StopAsync().InTime();
        await world.CloseAsync().InTime();

        world.AssertEachIsStoredOrCounted();
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
        await world.CloseAsync().InTime();
        await listener.StopAsync().InTime();

        world.AssertEachIsStoredOrCounted();
        Assert.NotEqual(0, listener.BesideScopes);
    }

    private static async Task<SinkInnerEventWorld> StartAsync(bool renderAtCall, bool hasBuffer)
    {
        var world = await SinkInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
        world.BurstOf = 5;
        world.Options.QueueLimit = 5;
        world.Options.BlockWhenFull = true;
        world.Options.BlockTimeout = Timeout.InfiniteTimeSpan;
        world.Options.AppendSizeLimitBytes = world.Options.EventSizeLimitBytes = 4096;
        world.Options.MemoryLimitBytes = hasBuffer ? 8 * 4096 : 2 * 4096;
        // Each closes its connection, so that another is opened.
        world.Oss.Faults.DropRequestBeforeCommit().ResetInBody().DropResponseAfterCommit();
        world.Open();
        return world;
    }

    private static Task LogAsync(SinkInnerEventWorld world, int count) =>
        Task.Factory.StartNew(() => world.LogOuter(count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).InTime();
}
