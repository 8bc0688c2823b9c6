using System.Diagnostics.Metrics;
using Serilog.Debugging;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

/// <summary>What a process has only one of: its self log and its meters. Whoever listens there may log to the very logger that they tell of.</summary>
[Collection(SinkAloneCollection.Name)]
public class ProcessWideInnerEventTests
{
    /// <summary>Who listens.</summary>
    public enum Ear
    {
        SelfLog,
        Meter,
    }

    public static MatrixTheoryData<Ear, bool, bool> Ways => new(Enum.GetValues<Ear>(), [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WithoutSpace_NoneWaits_AndEachIsStoredOrCounted(Ear ear, bool renderAtCall, bool hasBuffer)
    {
        await using var world = await StartAsync(renderAtCall, hasBuffer);
        world.BurstOf = 40;
        world.LeaveLittleSpace(queueLimit: 5, appends: hasBuffer ? 8 : 2);
        world.WaitForSpace();
        world.Oss.Faults.Throttle(5);
        using (Listen(ear, world.LogInner))
        {
            world.Open();
            await world.LogOuterAsync(400).InTime();
            await world.FlushAsync().InTime();
            await world.CloseAsync().InTime();
        }

        world.AssertEachIsStoredOrCounted();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WithSpace_NoneMakesAnAppendDue_NorCausesTheNext(Ear ear, bool renderAtCall, bool hasBuffer)
    {
        const int Rounds = 3;
        await using var world = await StartAsync(renderAtCall, hasBuffer);
        await using var measure = await StartAsync(renderAtCall, hasBuffer);
        world.Oss.Faults.Throttle(1);
        using (Listen(ear, world.LogInner))
        {
            world.Open();
            for (var round = 1; round <= Rounds; round++)
            {
                world.LogOuter(1);
                await Wait.UntilAsync(() => world.LinesOf("outer").Count == world.Outer).InTime();
            }
        }

        // Whoever measures would be heard, too.
        measure.Open();
        await measure.PassTimeAsync(intervals: 8).InTime();

        Assert.InRange(world.Appends, 1, 2 * Rounds);
        Assert.InRange(world.Inner, 1, 30 * Rounds);
        await world.CloseAsync().InTime();
        world.AssertEachIsStoredOrCounted();
    }

    private static async Task<SinkInnerEventWorld> StartAsync(bool renderAtCall, bool hasBuffer)
    {
        var world = await SinkInnerEventWorld.StartAsync(caller: null, renderAtCall, hasBuffer);
        // The self log is who is told by default.
        world.Options.Diagnostics = null;
        return world;
    }

    private static IDisposable Listen(Ear ear, Action log)
    {
        if (ear == Ear.SelfLog)
        {
            SelfLog.Enable(_ => log());
            return new SelfLogEnd();
        }

        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "OssLogSinks")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => log());
        listener.Start();
        return listener;
    }

    private sealed class SelfLogEnd : IDisposable
    {
        public void Dispose() => SelfLog.Disable();
    }
}
