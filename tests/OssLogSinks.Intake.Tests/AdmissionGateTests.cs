using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Testing;

namespace OssLogSinks.Intake.Tests;

public class AdmissionGateTests
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _queue = [];

    [Fact]
    public void FullGate_RefusesTheNewest_UntilOneLeaves()
    {
        var gate = GateOf(2, TimeSpan.Zero);

        Assert.Equal([Admission.Entered, Admission.Entered, Admission.Full], [Enter(gate), Enter(gate), Enter(gate)]);
        gate.Leave(1);
        Assert.Equal([Admission.Entered, Admission.Full], [Enter(gate), Enter(gate)]);
        Assert.Equal(3, _queue.Count);
        Assert.Equal(2, gate.Count);
    }

    [Fact]
    public async Task WaitingCaller_EntersWhenOneLeaves()
    {
        var gate = GateOf(1, TimeSpan.FromSeconds(5));
        Enter(gate);
        var waiting = Task.Run(() => Enter(gate), TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(4));
        gate.Leave(1);

        Assert.Equal(Admission.Entered, await waiting.InTime());
    }

    [Fact]
    public async Task WaitingCaller_IsSentAwayWhenTheTimeIsOver()
    {
        var gate = GateOf(1, TimeSpan.FromSeconds(5));
        Enter(gate);
        var waiting = Task.Run(() => Enter(gate), TestContext.Current.CancellationToken);

        await _time.RunUntilEnd(waiting);

        Assert.Equal(Admission.Full, await waiting);
        Assert.Single(_queue);
    }

    [Fact]
    public void RendererThatDoesNotMove_IsNotWaitedFor()
    {
        var gate = GateOf(AdmissionGate.Pace + 50, TimeSpan.FromSeconds(5));

        for (var i = 0; i < AdmissionGate.Pace + 50; i++)
            Assert.Equal(Admission.Entered, Enter(gate));
    }

    [Fact]
    public async Task RendererThatMoves_KeepsItsPace()
    {
        var gate = GateOf(100_000, Timeout.InfiniteTimeSpan);
        var entering = Task.Run(
            () =>
            {
                for (var i = 0; i < 3 * AdmissionGate.Pace; i++)
                    Enter(gate);
            },
            TestContext.Current.CancellationToken);

        while (!entering.IsCompleted || gate.Count > 0)
        {
            gate.Leave(100);
            await Task.Yield();
        }

        await entering.InTime();
        Assert.Equal(0, gate.Count);
    }

    [Fact]
    public async Task Close_SendsWaitingCallersAway()
    {
        var gate = GateOf(1, Timeout.InfiniteTimeSpan);
        Enter(gate);
        var waiting = Task.Run(() => Enter(gate), TestContext.Current.CancellationToken);

        gate.Close();

        Assert.Equal(Admission.Closed, await waiting.InTime());
        Assert.Equal(Admission.Closed, Enter(gate));
    }

    [Fact]
    public async Task WhenLeft_EndsWhenThoseInsideHaveLeft()
    {
        var gate = GateOf(10, TimeSpan.Zero);
        Enter(gate);
        Enter(gate);
        var left = gate.WhenLeft();
        Enter(gate);

        gate.Leave(1);
        Assert.False(left.IsCompleted);
        gate.Leave(1);
        await left.InTime();
        Assert.True(GateOf(1, TimeSpan.Zero).WhenLeft().IsCompleted);
    }

    [Fact]
    public async Task DroppedEvent_IsToldByTheNextFlush()
    {
        var gate = GateOf(10, TimeSpan.Zero);
        gate.CountDropped();
        Assert.False(await gate.WhenLeft());

        Enter(gate);
        var first = gate.WhenLeft();
        Enter(gate);
        var second = gate.WhenLeft();
        gate.Leave(1);
        gate.Leave(1, areDropped: true);
        Enter(gate);
        var third = gate.WhenLeft();
        gate.Leave(1);

        Assert.Equal<bool[]>([true, false, true], await Task.WhenAll(first, second, third).InTime());
    }

    [Fact]
    public async Task RestThatIsGivenUp_IsWhatWasNotClaimed()
    {
        var gate = GateOf(10, TimeSpan.Zero);
        Enter(gate);
        Enter(gate, EventOrigin.Delivery);
        Enter(gate);
        Enter(gate, EventOrigin.FailureListener);
        var flush = gate.WhenLeft();
        Assert.Equal([EventOrigin.Application, EventOrigin.Delivery], [gate.OriginOfNext(), gate.OriginOfNext()]);
        Assert.True(gate.TryClaim());

        Assert.Equal([EventOrigin.Delivery, EventOrigin.Application, EventOrigin.FailureListener], gate.GiveUpRest());

        Assert.False(gate.TryClaim());
        Assert.Empty(gate.GiveUpRest());
        Assert.False(flush.IsCompleted);
        gate.LeaveGivenUp();
        gate.Leave(1);
        Assert.Equal(0, gate.Count);
        Assert.False(await flush.InTime());
    }

    [Fact]
    public async Task WhileEventsKeepComing_NoneEndsTheWait_UntilThereAreEnough()
    {
        var gate = GateOf(100_000, TimeSpan.Zero, Never);
        var next = gate.WhenNext();

        for (var i = 1; i < AdmissionGate.Pace / 2; i++)
            Enter(gate);
        Assert.Equal(AdmissionGate.Pace / 2, gate.Awaited);

        await EndsAsync(gate, next, () => Enter(gate));
        Assert.True(gate.WhenNext().IsCompleted);
    }

    [Fact]
    public async Task SmallGate_EndsTheWaitWhenItIsHalfFull()
    {
        var gate = GateOf(4, TimeSpan.Zero, Never);
        var next = gate.WhenNext();
        Enter(gate);

        await EndsAsync(gate, next, () => Enter(gate));
        Assert.Equal(Admission.Entered, Enter(gate));
    }

    [Fact]
    public async Task AfterAQuietWhile_TheFirstEventEndsTheWait()
    {
        var gate = GateOf(10, TimeSpan.Zero, batchInterval: TimeSpan.Zero);
        var next = gate.WhenNext();
        while (gate.Awaited != 1)
            await Task.Yield();

        await EndsAsync(gate, next, () => Enter(gate));
    }

    [Fact]
    public async Task FlushOfThoseInside_EndsTheWait()
    {
        var gate = GateOf(10, TimeSpan.Zero, Never);
        var next = gate.WhenNext();
        Enter(gate);

        Task left = Task.CompletedTask;
        await EndsAsync(gate, next, () => left = gate.WhenLeft());
        Assert.False(left.IsCompleted);
    }

    [Fact]
    public async Task Close_EndsTheWait()
    {
        var gate = GateOf(10, TimeSpan.Zero, Never);
        var next = gate.WhenNext();

        await EndsAsync(gate, next, gate.Close);
        Assert.True(gate.WhenNext().IsCompleted);
    }

    private static async Task EndsAsync(AdmissionGate gate, Task next, Action end)
    {
        Assert.NotEqual(0, gate.Awaited);
        end();
        Assert.Equal(0, gate.Awaited);
        await next.InTime();
    }

    private AdmissionGate GateOf(int limit, TimeSpan timeout, TimeSpan batchInterval = default) => new(limit, timeout, _time, batchSize: 1, batchInterval);

    private Admission Enter(AdmissionGate gate, EventOrigin origin = EventOrigin.Application) => gate.Enter("x", _queue.Add, origin);
}
