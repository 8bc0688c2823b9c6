using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Testing;

namespace OssLogSinks.Intake.Tests;

public class EventIntakeTests
{
    private enum Kind
    {
        Plain,
        Throws,
        Empty,
        TooLarge,
    }

    [Fact]
    public Task AnyEvents_HaveOneOutcomeEach() =>
        Gen.Select(Gen.Enum<Kind>().Array[1, 30], Gen.Int[1, 5], Gen.Bool, Gen.Int[1, 40]).SampleAsync(async (kinds, batchSize, atCall, limit) =>
        {
            await using var door = new TestDoor(batchSize, atCall, limit);

            for (var i = 0; i < kinds.Length; i++)
                door.Take(i, kinds[i]);
            var isFlushed = await door.Intake.FlushAsync(CancellationToken.None).InTime();
            await door.Intake.CloseAsync(TimeSpan.FromSeconds(5)).InTime();
            Assert.False(door.Intake.TryTake(new Event(99, Kind.Plain)));

            door.AssertEachOnce(kinds.Length);
            var queueFull = door.Dropped.Count(drop => drop.Cause == DropReason.QueueFull);
            Assert.Equal(door.Dropped.Count == queueFull, isFlushed);
            Assert.Equal(door.Dropped.Count, door.Appender.GetSnapshot().DroppedTotal);
            Assert.Equal(door.Delivered.Count(id => kinds[id] == Kind.TooLarge), door.Appender.GetSnapshot().Replaced);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReplacedIntake_TakesTheCallThatIsWithinInTime(bool isInTime)
    {
        await using var door = new TestDoor(batchSize: 1, atCall: true, limit: 10) { HangsAt = 0 };
        var call = Task.Factory.StartNew(() => door.Intake.TryTake(new Event(0, Kind.Plain)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await door.Hangs.InTime();

        var ended = door.Intake.StopTakingAsync();
        Assert.False(door.Intake.TryTake(new Event(1, Kind.Plain)));
        Assert.False(ended.IsCompleted);
        if (!isInTime)
            await door.Intake.CloseAsync(TimeSpan.FromSeconds(5)).InTime();
        door.GoOn();

        Assert.True(await call.InTime());
        await ended.InTime();
        await door.Intake.CloseAsync(TimeSpan.FromSeconds(5)).InTime();
        Assert.Equal(isInTime ? [0] : [], door.Delivered);
        Assert.Equal(isInTime ? [] : [(0, DropReason.Closed)], door.Dropped);
    }

    [Fact]
    public Task RenderingThatHangs_LeavesEachEventOneOutcome() =>
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12], Gen.Int[1, 5], Gen.Bool).SampleAsync(async (before, behind, batchSize, goesOn) =>
        {
            await using var door = new TestDoor(batchSize, atCall: false, limit: 100) { HangsAt = before };
            for (var i = 0; i <= before + behind; i++)
                door.Take(i, Kind.Plain);
            await door.Hangs.InTime();
            var flushing = ToldAtTheEndOf(door.Intake.FlushAsync(CancellationToken.None), door);

            var closing = door.Intake.CloseAsync(TimeSpan.Zero);
            if (goesOn)
                door.GoOn();
            await door.Time.RunUntilEnd(closing);
            door.GoOn();

            // The test's clock jumps over the time that the close leaves to the pump, so the event in its hands may be told last.
            Assert.InRange(await flushing.InTime(), before + behind, before + 1 + behind);
            await Wait.UntilAsync(() => door.Delivered.Count + door.Dropped.Count == before + 1 + behind).InTime();
            door.AssertEachOnce(before + 1 + behind);
            Assert.Equal(Enumerable.Range(0, door.Delivered.Count), door.Delivered);
            Assert.All(door.Dropped, drop => Assert.Equal(DropReason.CloseTimeOver, drop.Cause));
            Assert.Equal(door.Dropped.Count, door.Appender.GetSnapshot().DroppedTotal);
        });

    private static async Task<int> ToldAtTheEndOf(Task flushing, TestDoor door)
    {
        await flushing;
        return door.Delivered.Count + door.Dropped.Count;
    }

    private sealed record Event(int Id, Kind Kind);

    /// <summary>A front door for events that are numbers, which remembers each outcome.</summary>
    private sealed class TestDoor : IFrontDoor<Event>, IDeliveryListener, IAsyncDisposable
    {
        private readonly object _gate = new();
        private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goesOn = new();
        private readonly List<int> _delivered = [];
        private readonly List<int> _leftOut = [];
        private readonly List<(int Id, DropReason Cause)> _dropped = [];

        public TestDoor(int batchSize, bool atCall, int limit)
        {
            Appender = new OssAppender(new OssAppenderOptions
            {
                Client = new MemoryOss(),
                ObjectKey = "app.log",
                Listener = this,
                AppendInterval = TimeSpan.Zero,
                TimeProvider = Time,
            });
            var settings = new IntakeSettings(limit, batchSize, TimeSpan.FromMilliseconds(1), TimeSpan.Zero, TimeSpan.Zero)
            {
                RenderAtCall = atCall,
                EventSizeLimit = 100,
                Time = Time,
            };
            Intake = new EventIntake<Event>(Appender, this, settings, intake => new LoopPump<Event>(intake, batchSize));
        }

        public FakeTimeProvider Time { get; } = new();

        public OssAppender Appender { get; }

        public EventIntake<Event> Intake { get; }

        public int HangsAt { get; init; } = -1;

        public Task Hangs => _hangs.Task;

        public List<int> Delivered => Copy(_delivered);

        public List<(int Id, DropReason Cause)> Dropped => Copy(_dropped);

        public EventOrigin Origin => Appender.IsCalledByDelivery ? EventOrigin.Delivery : EventOrigin.Application;

        public void Take(int id, Kind kind) => Assert.True(Intake.TryTake(new Event(id, kind)));

        public void GoOn() => _goesOn.Set();

        /// <summary>Each event has one outcome: delivered, left out or dropped.</summary>
        public void AssertEachOnce(int count) =>
            Assert.Equal(Enumerable.Range(0, count), Delivered.Concat(Copy(_leftOut)).Concat(Dropped.Select(drop => drop.Id)).Order());

        public void Render(Event logEvent, RenderBuffer buffer)
        {
            Assert.True(Appender.IsCalledByDelivery);
            if (logEvent.Id == HangsAt)
            {
                _hangs.TrySetResult();
                _goesOn.Wait();
            }

            if (logEvent.Kind == Kind.Throws)
                throw new InvalidOperationException();
            if (logEvent.Kind != Kind.Empty)
                buffer.Utf8.Write(logEvent.Id.ToString(CultureInfo.InvariantCulture) + (logEvent.Kind == Kind.TooLarge ? new string('x', 200) : "") + "\n");
        }

        public Event PlaceholderOf(Event logEvent, int size, int sizeLimit) => logEvent with { Kind = Kind.Plain };

        public DateTimeOffset TimeOf(Event logEvent) => DateTimeOffset.UnixEpoch;

        public ReadOnlyMemory<string?> KeyValuesOf(Event logEvent, RenderBuffer buffer) => default;

        public object StateOf(Event logEvent, EventOrigin origin) => logEvent;

        public void OnLeftOut(Event logEvent, EventOrigin origin) => Add(_leftOut, logEvent.Id);

        public void OnDropped(Event logEvent, EventOrigin origin, DropCause cause, bool isAtCall) => Add(_dropped, (logEvent.Id, cause.Reason));

        public void OnDelivered(IReadOnlyList<object> states)
        {
            foreach (var state in states)
                Add(_delivered, ((Event)state).Id);
        }

        public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
        {
            foreach (var state in states)
                Add(_dropped, (((Event)state).Id, failure.Reason));
        }

        public async ValueTask DisposeAsync()
        {
            GoOn();
            await Time.RunUntilEnd(Intake.CloseAsync(TimeSpan.Zero));
            _goesOn.Dispose();
        }

        private void Add<T>(List<T> list, T item)
        {
            lock (_gate)
                list.Add(item);
        }

        private List<T> Copy<T>(List<T> list)
        {
            lock (_gate)
                return [.. list];
        }
    }
}
