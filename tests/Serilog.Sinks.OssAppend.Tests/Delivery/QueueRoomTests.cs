using Microsoft.Extensions.Time.Testing;
using Serilog.Events;
using Serilog.Sinks.OssAppend.Delivery;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Delivery;

public class QueueRoomTests
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<LogEvent> _queue = [];

    [Fact]
    public void FullRoom_SendsTheNewestAway_UntilOneLeaves()
    {
        var room = RoomOf(2, TimeSpan.Zero);

        Assert.Equal([Admission.Entered, Admission.Entered, Admission.Full], [Enter(room), Enter(room), Enter(room)]);
        room.Leave(1);
        Assert.Equal([Admission.Entered, Admission.Full], [Enter(room), Enter(room)]);
        Assert.Equal(3, _queue.Count);
        Assert.Equal(2, room.Count);
    }

    [Fact]
    public async Task PatientCaller_EntersWhenOneLeaves()
    {
        var room = RoomOf(1, TimeSpan.FromSeconds(5));
        Enter(room);
        var waiting = Task.Run(() => Enter(room), TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(4));
        room.Leave(1);

        Assert.Equal(Admission.Entered, await waiting.InTime());
    }

    [Fact]
    public async Task PatientCaller_IsSentAwayWhenTheTimeIsOver()
    {
        var room = RoomOf(1, TimeSpan.FromSeconds(5));
        Enter(room);
        var waiting = Task.Run(() => Enter(room), TestContext.Current.CancellationToken);

        await _time.RunUntilEnd(waiting);

        Assert.Equal(Admission.Full, await waiting);
        Assert.Single(_queue);
    }

    [Fact]
    public void RendererThatDoesNotMove_IsNotWaitedFor()
    {
        var room = RoomOf(QueueRoom.Pace + 50, TimeSpan.FromSeconds(5));

        for (var i = 0; i < QueueRoom.Pace + 50; i++)
            Assert.Equal(Admission.Entered, Enter(room));
    }

    [Fact]
    public async Task RendererThatMoves_KeepsItsPace()
    {
        var room = RoomOf(100_000, Timeout.InfiniteTimeSpan);
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
        var room = RoomOf(1, Timeout.InfiniteTimeSpan);
        Enter(room);
        var waiting = Task.Run(() => Enter(room), TestContext.Current.CancellationToken);

        room.Close();

        Assert.Equal(Admission.Closed, await waiting.InTime());
        Assert.Equal(Admission.Closed, Enter(room));
    }

    [Fact]
    public async Task WhenLeft_EndsWhenThoseInsideHaveLeft_WhoeverEntersAfter()
    {
        var room = RoomOf(10, TimeSpan.Zero);
        Enter(room);
        Enter(room);
        var left = room.WhenLeft();
        Enter(room);

        room.Leave(1);
        Assert.False(left.IsCompleted);
        room.Leave(1);
        await left.InTime();
        Assert.True(RoomOf(1, TimeSpan.Zero).WhenLeft().IsCompleted);
    }

    [Fact]
    public void EmptyOut_CountsThoseInside_AndLateLeaversNoMore()
    {
        var room = RoomOf(10, TimeSpan.Zero);
        Enter(room);
        Enter(room);

        Assert.Equal(2, room.EmptyOut());
        room.Leave(2);
        Assert.Equal(0, room.Count);
    }

    [Fact]
    public async Task WhileEventsKeepComing_NoneEndsTheWait_UntilThereAreEnough()
    {
        var room = RoomOf(100_000, TimeSpan.Zero, Never);
        var next = room.WhenNext();

        for (var i = 1; i < QueueRoom.Pace / 2; i++)
            Enter(room);
        Assert.Equal(QueueRoom.Pace / 2, room.Awaited);

        await EndsAsync(room, next, () => Enter(room));
        Assert.True(room.WhenNext().IsCompleted);
    }

    [Fact]
    public async Task SmallRoom_EndsTheWaitWhenItIsHalfFull()
    {
        var room = RoomOf(4, TimeSpan.Zero, Never);
        var next = room.WhenNext();
        Enter(room);

        await EndsAsync(room, next, () => Enter(room));
        Assert.Equal(Admission.Entered, Enter(room));
    }

    [Fact]
    public async Task AfterAQuietWhile_TheFirstEventEndsTheWait()
    {
        var room = RoomOf(10, TimeSpan.Zero, rhythm: TimeSpan.Zero);
        var next = room.WhenNext();
        while (room.Awaited != 1)
            await Task.Yield();

        await EndsAsync(room, next, () => Enter(room));
    }

    [Fact]
    public async Task WhoeverWaitsForThoseInside_EndsTheWait()
    {
        var room = RoomOf(10, TimeSpan.Zero, Never);
        var next = room.WhenNext();
        Enter(room);

        var left = Task.CompletedTask;
        await EndsAsync(room, next, () => left = room.WhenLeft());
        Assert.False(left.IsCompleted);
    }

    [Fact]
    public async Task Close_EndsTheWait()
    {
        var room = RoomOf(10, TimeSpan.Zero, Never);
        var next = room.WhenNext();

        await EndsAsync(room, next, room.Close);
        Assert.True(room.WhenNext().IsCompleted);
    }

    private static async Task EndsAsync(QueueRoom room, Task next, Action end)
    {
        Assert.NotEqual(0, room.Awaited);
        end();
        Assert.Equal(0, room.Awaited);
        await next.InTime();
    }

    private QueueRoom RoomOf(int limit, TimeSpan patience, TimeSpan rhythm = default) => new(limit, patience, _time, batchSize: 1, rhythm);

    private Admission Enter(QueueRoom room) => room.Enter(Some.Event("x"), _queue.Add);
}
