using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Tests.Faults;

/// <summary>Lasting faults: which requests they hit, and how many.</summary>
public class FaultRulesTests : EmulatorTest
{
    [Fact]
    public async Task Rule_HitsItsOperationAndPrefixOnly()
    {
        Emulator.Faults.SetRules([new FaultRule { Operation = OssOperation.AppendObject, KeyPrefix = "shop/", Kinds = FaultKinds.Unavailable }]);

        (await Client.AppendAsync("shop/a", 0, "x")).Is(503, "ServiceUnavailable");
        (await Client.AppendAsync("other", 0, "x")).Is(200);
        (await Client.HeadAsync("shop/a")).Is(404, "NoSuchKey");
        Assert.Equal(1, Emulator.Faults.Rules.Single().Hits);
        Assert.Equal(1, Emulator.Faults.Drawn[FaultKinds.Unavailable]);
    }

    [Fact]
    public async Task Count_EndsARule()
    {
        Emulator.Faults.SetRules([new FaultRule { Kinds = FaultKinds.TooManyRequests, Count = 2 }]);

        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
            statuses.Add((await Client.HeadAsync("a")).Status);

        Assert.Equal([429, 429, 404, 404], statuses);
    }

    [Fact]
    public async Task Rate_IsTheShareThatIsHit()
    {
        Emulator.Faults.SetRules([new FaultRule { Kinds = FaultKinds.Unavailable, Rate = 0.3 }], seed: 7);
        for (var i = 0; i < 300; i++)
            await Client.HeadAsync("a");

        Assert.InRange(Emulator.Faults.Rules.Single().Hits, 60, 120);
    }

    [Fact]
    public async Task Latency_DelaysAndStillStores()
    {
        Emulator.Faults.SetRules([new FaultRule { Operation = OssOperation.AppendObject, Latency = TimeSpan.FromMilliseconds(60) }]);

        var started = TimeProvider.System.GetTimestamp();
        (await Client.AppendAsync("a", 0, "x")).Is(200);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromMilliseconds(50), TimeSpan.MaxValue);
        Assert.Equal("x", Text("a"));
    }

    [Fact]
    public async Task KindThatAnOperationCannotHave_DoesNotHappen()
    {
        Emulator.Faults.SetRules([new FaultRule { Kinds = FaultKinds.KindChange | FaultKinds.ResetInBody }]);

        (await Client.HeadAsync("a")).Is(404, "NoSuchKey");
        Assert.Equal(0, Emulator.Faults.Injected);
    }

    [Fact]
    public async Task TwoRules_GiveLatencyAndOneEnd()
    {
        Emulator.Faults.SetRules(
        [
            new FaultRule { Latency = TimeSpan.FromMilliseconds(1) },
            new FaultRule { Kinds = FaultKinds.ErrorBefore },
            new FaultRule { Kinds = FaultKinds.Unavailable },
        ]);

        (await Client.HeadAsync("a")).Is(500, "InternalError");
        Assert.Equal(2, Emulator.Faults.Injected);
    }

    [Fact]
    public async Task Clear_EndsTheRules()
    {
        Emulator.Faults.SetRules([new FaultRule { Kinds = FaultKinds.Unavailable }]);
        Emulator.Faults.Clear();

        (await Client.HeadAsync("a")).Is(404, "NoSuchKey");
        Assert.Empty(Emulator.Faults.Rules);
    }
}
