using Microsoft.Extensions.Time.Testing;
using NLog.Targets.Wrappers;
using OssLogSinks.Core.Delivery;

namespace NLog.Targets.OssAppend.Tests;

public class EventQueueTests
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [Fact]
    public async Task EventsInARow_EndTheWaitOnlyWhenTheQueueIsHalfFull()
    {
        var queue = QueueOf(Never);
        var next = queue.WaitAsync();
        Add(queue);
        Add(queue);
        Assert.Equal(3, queue.Awaited);

        await EndsAsync(queue, next, () => Add(queue));
        Assert.True(queue.WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task AfterAQuietWhile_TheFirstEventEndsTheWait()
    {
        var queue = QueueOf(batchInterval: TimeSpan.Zero);
        var next = queue.WaitAsync();
        await Wait.UntilAsync(() => queue.Awaited == 1);

        await EndsAsync(queue, next, () => Add(queue));
    }

    [Fact]
    public async Task Flush_EndsTheWait()
    {
        var queue = QueueOf(Never);
        var next = queue.WaitAsync();
        Add(queue);

        await EndsAsync(queue, next, () => Assert.True(queue.TryEnqueueFlush(new QueuedEvent(null, _ => { }, null))));
    }

    [Fact]
    public async Task Close_EndsTheWait_AndEveryOtherOnceNothingIsLeft()
    {
        var queue = QueueOf(Never);
        var next = queue.WaitAsync();
        Add(queue);

        await EndsAsync(queue, next, queue.Close);
        queue.TakeInto([], most: 1);
        Assert.False(await InTime(queue.WaitAsync()));
    }

    private static async Task EndsAsync(EventQueue queue, Task<bool> next, Action end)
    {
        Assert.NotEqual(0, queue.Awaited);
        end();
        Assert.Equal(0, queue.Awaited);
        Assert.True(await InTime(next));
    }

    private static EventQueue QueueOf(TimeSpan batchInterval) => new(
        new PipelineSettings(
            QueueLimit: 6, AsyncTargetWrapperOverflowAction.Discard, TimeSpan.Zero, BatchSize: 1, TimeSpan.Zero, DrainOnProcessExit: false, OssFlushTarget.Oss, FlushTimeout: TimeSpan.Zero, HasBuffer: false, RenderAtCall: false),
        new FakeTimeProvider(),
        batchInterval);

    private static Task<bool> InTime(Task<bool> task) => task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private static void Add(EventQueue queue) =>
        Assert.Equal(Admission.Accepted, queue.TryEnqueue(new QueuedEvent(LogEventInfo.CreateNullEvent(), _ => { }, null)));
}
