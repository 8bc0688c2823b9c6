namespace NLog.Targets.OssAppend.Tests;

/// <summary>A wait with a lock in hand, as NLog's is while it closes a target.</summary>
public class HeldLockTests
{
    private readonly object _lock = new();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task HeldLock_IsLentWhileWaitingAndTakenBackAfterwards()
    {
        var isHeldAfterwards = false;
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = OnThread(() =>
        {
            lock (_lock)
            {
                entered.SetResult();
                HeldLock.Wait(_end.Task, _lock);
                isHeldAfterwards = Monitor.IsEntered(_lock);
            }
        });
        await InTime(entered.Task);

        // What the task itself needs, it gets: otherwise both would wait for ever.
        await InTime(OnThread(() =>
        {
            lock (_lock)
                _end.SetResult();
        }));
        await InTime(waiting);

        Assert.True(isHeldAfterwards);
        Assert.False(Monitor.IsEntered(_lock));
    }

    [Fact]
    public async Task LockHeldTwice_IsReleasedAltogether_AndHeldTwiceAfterwards()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = OnThread(() =>
        {
            lock (_lock)
            {
                lock (_lock)
                {
                    entered.SetResult();
                    HeldLock.Wait(_end.Task, _lock);
                }

                Assert.True(Monitor.IsEntered(_lock));
            }
        });
        await InTime(entered.Task);

        await InTime(OnThread(() =>
        {
            lock (_lock)
                _end.SetResult();
        }));
        await InTime(waiting);
    }

    [Fact]
    public async Task PulseOfSomebodyElse_IsNotTakenForTheEnd()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wasOver = false;
        var waiting = OnThread(() =>
        {
            lock (_lock)
            {
                entered.SetResult();
                HeldLock.Wait(_end.Task, _lock);
                wasOver = _end.Task.IsCompleted;
            }
        });
        await InTime(entered.Task);

        await InTime(OnThread(() =>
        {
            lock (_lock)
                Monitor.PulseAll(_lock);
            // Whoever was woken has had the lock before this one gets it, or waits for it still.
            lock (_lock)
                _end.SetResult();
        }));
        await InTime(waiting);

        Assert.True(wasOver);
    }

    [Fact]
    public async Task LockOfAnotherThread_OrNone_IsLeftAlone()
    {
        var waiting = Task.WhenAll(OnThread(() => HeldLock.Wait(_end.Task, _lock)), OnThread(() => HeldLock.Wait(_end.Task, null)));
        await InTime(OnThread(() =>
        {
            lock (_lock)
                _end.SetResult();
        }));

        await InTime(waiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TaskThatFailed_Throws_WithTheLockInHand(bool isOverBefore)
    {
        var failure = new InvalidOperationException("The close failed.");
        if (isOverBefore)
            _end.SetException(failure);
        var thrown = OnThread(() =>
        {
            lock (_lock)
            {
                var caught = Assert.Throws<InvalidOperationException>(() => HeldLock.Wait(_end.Task, _lock));
                Assert.True(Monitor.IsEntered(_lock));
                Assert.Same(failure, caught);
            }
        });
        if (!isOverBefore)
            _end.SetException(failure);

        await InTime(thrown);
    }

    private static Task OnThread(Action act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Task InTime(Task task) => task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
}
