namespace OssLogSinks.Testing.FrontDoors;

/// <summary>
/// Events that delivery itself logs, through whatever it calls, to the very front door that it delivers for. Each front door derives from this and
/// says which of its callers log, in which ways.
/// </summary>
public abstract class InnerEventTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StormWithAllOfThemLogging_LosesAndDoublesNothing(bool hasBuffer)
    {
        await using var world = await StartAsync(InnerCaller.All, renderAtCall: false, hasBuffer);
        world.LeaveLittleSpace(queueLimit: 50, appends: 8);
        world.WaitForSpace();
        world.Oss.Faults.DropResponseAfterCommit(2).Throttle(3).DropRequestBeforeCommit(2).RespondAfterCommit(500).ResetInBody(2).Throttle(3).DropResponseAfterCommit(2);
        world.Open();

        await world.LogOuterAsync(2000).InTime();
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
        await using var world = await StartAsync(InnerCaller.All, renderAtCall: false, hasBuffer);
        world.Open();
        for (var i = 0; i < 5; i++)
        {
            world.LogOuter(10);
            await world.FlushAsync().InTime();
            world.AssertOuterIsStored();
        }

        var before = world.Inner;
        await world.FlushAsync().InTime();
        Assert.True(world.LinesOf("inner").Count >= before);
    }

    private protected static async Task RunWithoutSpaceAsync(InnerEventWorld world, InnerCaller caller, bool hasBuffer, bool mayLoseOuter = false)
    {
        world.BurstOf = caller == InnerCaller.All ? 8 : 40;
        world.LeaveLittleSpace(queueLimit: 5, appends: hasBuffer ? 8 : 2);
        world.Oss.Faults.Throttle(5);
        world.Open();

        await world.LogOuterAsync(400).InTime();
        await world.FlushAsync().InTime();
        await world.CloseAsync().InTime();

        world.AssertEachIsStoredOrCounted(mayLoseOuter);
    }

    /// <param name="world">The world.</param>
    /// <param name="measure">Another one, in which nothing of the delivery logs: it tells how much time passes.</param>
    private protected static async Task RunWithSpaceAsync(InnerEventWorld world, InnerEventWorld measure)
    {
        world.Oss.Faults.Throttle(1);
        world.Open();
        measure.Open();

        const int Rounds = 3;
        for (var round = 1; round <= Rounds; round++)
        {
            world.LogOuter(1);
            await Wait.UntilAsync(() => world.LinesOf("outer").Count == world.Outer - world.TooLarge).InTime();
            await measure.PassTimeAsync(intervals: 8).InTime();
        }

        Assert.InRange(world.Appends, Rounds, 2 * Rounds);
        Assert.Equal(TimeSpan.Zero, world.GetSnapshot().OldestUndelivered);

        var logged = world.Inner;
        world.LogOuter(1);
        await Wait.UntilAsync(() => world.LinesOf("inner").Count >= logged).InTime();
        await world.CloseAsync().InTime();
        world.AssertEachIsStoredOrCounted();
    }

    private protected abstract Task<InnerEventWorld> StartAsync(InnerCaller? caller, bool renderAtCall, bool hasBuffer);
}
