using Microsoft.Extensions.Time.Testing;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Delivery;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

public class QueueRoomTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<LogEvent> _queue = [];

    [Fact]
    public void FullRoom_SendsTheNewestAway_UntilOneLeaves()
    {
        var room = new QueueRoom(2, TimeSpan.Zero, _time);

        Assert.Equal([Admission.Entered, Admission.Entered, Admission.Full], [Enter(room), Enter(room), Enter(room)]);
        room.Leave(1);
        Assert.Equal([Admission.Entered, Admission.Full], [Enter(room), Enter(room)]);
        Assert.Equal(3, _queue.Count);
        Assert.Equal(2, room.Count);
    }

    [Fact]
    public async Task PatientCaller_EntersWhenOneLeaves()
    {
        var room = new QueueRoom(1, TimeSpan.FromSeconds(5), _time);
        Enter(room);
        var waiting = Task.Run(() => Enter(room), TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(4));
        room.Leave(1);

        Assert.Equal(Admission.Entered, await waiting.InTime());
    }

    [Fact]
    public async Task PatientCaller_IsSentAwayWhenTheTimeIsOver()
    {
        var room = new QueueRoom(1, TimeSpan.FromSeconds(5), _time);
        Enter(room);
        var waiting = Task.Run(() => Enter(room), TestContext.Current.CancellationToken);

        await _time.RunUntilEnd(waiting);

        Assert.Equal(Admission.Full, await waiting);
        Assert.Single(_queue);
    }

    [Fact]
    public void RendererThatDoesNotMove_IsNotWaitedFor()
    {
        var room = new QueueRoom(QueueRoom.Pace + 50, TimeSpan.FromSeconds(5), _time);

        for (var i = 0; i < QueueRoom.Pace + 50; i++)
            Assert.Equal(Admission.Entered, Enter(room));
    }

    [Fact]
    public async Task RendererThatMoves_KeepsItsPace()
    {
        var room = new QueueRoom(100_000, Timeout.InfiniteTimeSpan, _time);
        var entering = Task.Run(
            () =>
            {
                for (var i = 0; i < 3 * QueueRoom.Pace; i++)
                    Enter(room);
            },
            TestContext.Current.CancellationToken);

        for (var left = 0; left < 3 * QueueRoom.Pace; left += room.Leave(100))
            await Task.Yield();

        await entering.InTime();
        Assert.Equal(0, room.Count);
    }

    [Fact]
    public async Task Close_SendsThoseAwayWhoWait()
    {
        var room = new QueueRoom(1, Timeout.InfiniteTimeSpan, _time);
        Enter(room);
        var waiting = Task.Run(() => Enter(room), TestContext.Current.CancellationToken);

        room.Close();

        Assert.Equal(Admission.Closed, await waiting.InTime());
        Assert.Equal(Admission.Closed, Enter(room));
    }

    [Fact]
    public async Task WhenLeft_EndsWhenThoseInsideHaveLeft_WhoeverEntersAfter()
    {
        var room = new QueueRoom(10, TimeSpan.Zero, _time);
        Enter(room);
        Enter(room);
        var left = room.WhenLeft();
        Enter(room);

        room.Leave(1);
        Assert.False(left.IsCompleted);
        room.Leave(1);
        await left.InTime();
        Assert.True(new QueueRoom(1, TimeSpan.Zero, _time).WhenLeft().IsCompleted);
    }

    [Fact]
    public void EmptyOut_CountsThoseInside_AndLateLeaversNoMore()
    {
        var room = new QueueRoom(10, TimeSpan.Zero, _time);
        Enter(room);
        Enter(room);

        Assert.Equal(2, room.EmptyOut());
        room.Leave(2);
        Assert.Equal(0, room.Count);
    }

    private Admission Enter(QueueRoom room) => room.Enter(Some.Event("x"), _queue.Add);
}
