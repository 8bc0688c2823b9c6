using Microsoft.Extensions.Time.Testing;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;

namespace NLog.Targets.OssAppend.Tests;

public class EventQueueTests
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [Fact]
    public async Task WhileEventsKeepComing_NoneEndsTheWait_UntilTheQueueIsHalfFull()
    {
        var queue = QueueOf(limit: 6, Never);
        var next = queue.WaitAsync();
        Add(queue);
        Add(queue);
        Assert.False(next.IsCompleted);

        Add(queue);
        Assert.True(await InTime(next));
        Assert.True(queue.WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task AfterAQuietWhile_TheFirstEventEndsTheWait()
    {
        var queue = QueueOf(limit: 6, rhythm: TimeSpan.Zero);
        var next = queue.WaitAsync();
        Assert.False(next.IsCompleted);

        Add(queue);
        Assert.True(await InTime(next));
    }

    [Fact]
    public async Task Flush_EndsTheWait()
    {
        var queue = QueueOf(limit: 6, Never);
        var next = queue.WaitAsync();
        Add(queue);
        Assert.False(next.IsCompleted);

        Assert.True(queue.TryEnqueueFlush(new QueuedEvent(null, _ => { }, null)));
        Assert.True(await InTime(next));
    }

    [Fact]
    public async Task Close_EndsTheWait_AndEveryOtherOnceNothingIsLeft()
    {
        var queue = QueueOf(limit: 6, Never);
        var next = queue.WaitAsync();
        Add(queue);
        Assert.False(next.IsCompleted);

        queue.Close();
        Assert.True(await InTime(next));
        queue.TakeInto([], most: 1);
        Assert.False(await InTime(queue.WaitAsync()));
    }

    private static EventQueue QueueOf(int limit, TimeSpan rhythm) => new(
        new PipelineSettings(
            limit, AsyncTargetWrapperOverflowAction.Discard, TimeSpan.Zero, BatchSize: 1, TimeSpan.Zero, DrainOnProcessExit: false, OssFlushTarget.Oss, HasBuffer: false, RenderAtCall: false),
        new FakeTimeProvider(),
        rhythm);

    private static Task<bool> InTime(Task<bool> task) => task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private static void Add(EventQueue queue) =>
        Assert.Equal(Admission.Accepted, queue.TryEnqueue(new QueuedEvent(LogEventInfo.CreateNullEvent(), _ => { }, null)));
}
