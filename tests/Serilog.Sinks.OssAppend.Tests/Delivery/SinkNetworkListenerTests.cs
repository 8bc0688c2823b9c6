using OssLogSinks.Testing.FrontDoors;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

/// <summary>A listener of the HTTP stack that logs to the logger that sends with it.</summary>
[Collection(SinkAloneCollection.Name)]
public class SinkNetworkListenerTests : NetworkListenerTests
{
    private protected override async Task<InnerEventWorld> StartAsync(bool renderAtCall, bool hasBuffer) =>
        await SinkInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);

    // A closed sink counts what comes later.
    private protected override void AssertAfterClose(InnerEventWorld world) => world.AssertEachIsStoredOrCounted();
}
