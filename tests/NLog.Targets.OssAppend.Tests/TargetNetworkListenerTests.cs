using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Testing.FrontDoors;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>A listener of the HTTP stack that logs to the target that sends with it.</summary>
[Collection(TargetAloneCollection.Name)]
public class TargetNetworkListenerTests : NetworkListenerTests
{
    private protected override async Task<InnerEventWorld> StartAsync(bool renderAtCall, bool hasBuffer) =>
        await TargetInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
}
