namespace OssLogSinks.Testing.FrontDoors;

/// <summary>
/// A listener that logs what the HTTP stack does to the very front door that sends with it. It hears the whole process, the emulator
/// included: nothing else may run meanwhile, and how much it hears does not matter.
/// </summary>
public abstract class NetworkListenerTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task ListenerWithoutSpace_NeverWaits_AndEachIsStoredOrCounted(bool renderAtCall, bool hasBuffer)
    {
        await using var world = await OpenAsync(renderAtCall, hasBuffer);
        using var listener = new NetworkListener(world.LogInner);

        await world.LogOuterAsync(400).InTime();
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
        await using var world = await OpenAsync(renderAtCall, hasBuffer: false);
        using var listener = new NetworkListener(world.LogInner);

        await world.LogOuterAsync(100).InTime();
        await world.CloseAsync().InTime();
        await listener.StopAsync().InTime();

        Assert.Equal(Enumerable.Range(1, 100).Select(number => $"outer {number}"), world.LinesOf("outer"));
        AssertAfterClose(world);
        Assert.NotEqual(0, listener.BesideScopes);
    }

    private protected abstract Task<InnerEventWorld> StartAsync(bool renderAtCall, bool hasBuffer);

    /// <summary>What else is so of a front door that was closed while the listener logged.</summary>
    private protected virtual void AssertAfterClose(InnerEventWorld world)
    {
    }

    private async Task<InnerEventWorld> OpenAsync(bool renderAtCall, bool hasBuffer)
    {
        var world = await StartAsync(renderAtCall, hasBuffer);
        world.BurstOf = 5;
        world.LeaveLittleSpace(queueLimit: 5, appends: hasBuffer ? 8 : 2);
        world.WaitForSpace();

        // Each closes its connection, so that another is opened.
        world.Oss.Faults.DropRequestBeforeCommit().ResetInBody().DropResponseAfterCommit();
        world.Open();
        return world;
    }
}
