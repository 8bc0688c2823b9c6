namespace NLog.Targets.OssAppend.Tests;

public class HeldLockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task LockOfTheCaller_IsFreeWhileItWaits_AndHeldAfterwards(int depth)
    {
        var gate = new object();
        var over = new TaskCompletionSource();
        var isHeld = false;
        var waiting = Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < depth; i++)
                    Monitor.Enter(gate);
                HeldLock.Wait(over.Task, gate);
                isHeld = Monitor.IsEntered(gate);
                for (var i = 0; i < depth; i++)
                    Monitor.Exit(gate);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        // What the task waits for needs the lock.
        await Task.Run(
            () =>
            {
                lock (gate)
                    over.SetResult();
            },
            TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await waiting.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.True(isHeld);
    }

    [Fact]
    public async Task FailedTask_IsThrownToTheCaller()
    {
        var gate = new object();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Task.Run(
            () =>
            {
                lock (gate)
                    HeldLock.Wait(Task.FromException(new InvalidOperationException()), gate);
            },
            TestContext.Current.CancellationToken));
    }
}
