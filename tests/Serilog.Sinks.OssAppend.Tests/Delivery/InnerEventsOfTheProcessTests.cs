using Serilog.Debugging;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

/// <summary>Events that are logged, to the very logger that is delivered, by what there is only one of in a process.</summary>
[Collection(AloneCollection.Name)]
public class InnerEventsOfTheProcessTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EventListenerOfTheNetwork_WithoutRoom_NeverWaits(bool renderAtCall)
    {
        await using var world = await InnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer: false);
        HaveNoRoom(world);
        // Each of them ends the connection, so that another is opened.
        world.Oss.Faults.ResetInBody(3).DropResponseAfterCommit(3).DropRequestBeforeCommit(3);
        world.Open();
        using var listener = new NetworkListener(world.LogInner);

        await LogAsync(world);
        await world.FlushAsync().InTime();
        await Task.Run(listener.End, TestContext.Current.CancellationToken).InTime();
        await world.CloseAsync().InTime();

        world.AssertEachIsStoredOrCounted();
        Assert.Equal(0, world.Oss.Faults.Pending);
    }

    [Fact]
    public async Task SelfLogThatLogs_WithoutRoom_NeverWaits()
    {
        await using var world = await InnerEventWorld.StartAsync(caller: null, renderAtCall: false, hasBuffer: false);
        HaveNoRoom(world);
        world.Options.Diagnostics = null;
        world.BurstOf = 40;
        world.Oss.Faults.Throttle(5);
        world.Open();
        SelfLog.Enable(_ => world.LogInner());
        try
        {
            await LogAsync(world);
            await world.FlushAsync().InTime();
            await world.CloseAsync().InTime();
        }
        finally
        {
            SelfLog.Disable();
        }

        world.AssertEachIsStoredOrCounted();
    }

    private static void HaveNoRoom(InnerEventWorld world)
    {
        world.Options.QueueLimit = 5;
        world.Options.BlockWhenFull = true;
        world.Options.BlockTimeout = Timeout.InfiniteTimeSpan;
        world.Options.AppendSizeLimitBytes = world.Options.EventSizeLimitBytes = 4096;
        world.Options.MemoryLimitBytes = 2 * 4096;
    }

    private static Task LogAsync(InnerEventWorld world) =>
        Task.Factory.StartNew(() => world.LogOuter(400), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).InTime();
}
