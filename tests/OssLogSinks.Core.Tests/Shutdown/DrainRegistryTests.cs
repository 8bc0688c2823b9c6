using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Tests.Shutdown;

public class DrainRegistryTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly DrainRegistry _registry;

    public DrainRegistryTests() => _registry = new DrainRegistry(_time);

    [Fact]
    public async Task CloseAll_GivesEachItsOwnTimeoutSideBySide()
    {
        var first = Added(new Pipeline(Timeout) { Close = new() });
        var second = Added(new Pipeline(TimeSpan.FromSeconds(3)) { Close = new() });

        var closing = _registry.CloseAllAsync();
        await Task.WhenAll(first.Called.Task, second.Called.Task).WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        Assert.False(closing.IsCompleted);
        first.Close!.SetResult(true);
        second.Close!.SetResult(true);
        await closing.WaitAsync(LongestWait, TestContext.Current.CancellationToken);

        Assert.Equal(["close 10"], first.Calls);
        Assert.Equal(["close 3"], second.Calls);
    }

    [Fact]
    public async Task PipelineThatThrows_IsNobodyElsesTrouble()
    {
        Added(new Pipeline(Timeout) { Throws = true });
        var other = Added(new Pipeline(Timeout));

        await _registry.CloseAllAsync().WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        await _registry.FlushAllAsync().WaitAsync(LongestWait, TestContext.Current.CancellationToken);

        Assert.Equal(["close 10", "flush"], other.Calls);
    }

    [Fact]
    public async Task PipelineThatHangs_HoldsTheEndForALittleMoreThanItsTimeout()
    {
        var hanging = Added(new Pipeline(Timeout) { Close = new() });

        var closing = _registry.CloseAllAsync();
        await hanging.Called.Task.WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        _time.Advance(Timeout);
        Assert.False(closing.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));

        await closing.WaitAsync(LongestWait, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task FlushAll_LeavesOpenWhatGetsThere()
    {
        var pipeline = Added(new Pipeline(Timeout));

        await _registry.FlushAllAsync().WaitAsync(LongestWait, TestContext.Current.CancellationToken);

        Assert.Equal(["flush"], pipeline.Calls);
    }

    [Fact]
    public async Task FlushAll_ClosesWhatDoesNotGetThereInTime()
    {
        var pipeline = Added(new Pipeline(Timeout) { Flush = new() });

        var flushing = _registry.FlushAllAsync();
        await pipeline.Called.Task.WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        while (pipeline.Calls.Count < 2)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await flushing.WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        Assert.Equal(["flush", "close 0"], pipeline.Calls);
    }

    [Fact]
    public async Task ClosedPipeline_IsForgotten()
    {
        var reference = EnterAndLeave();

        await _registry.CloseAllAsync();
        GC.Collect();

        Assert.Equal(0, _registry.Count);
        Assert.False(reference.TryGetTarget(out _));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference<Pipeline> EnterAndLeave()
    {
        var pipeline = new Pipeline(Timeout);
        var membership = _registry.Add(pipeline);
        Assert.Equal(1, _registry.Count);
        membership.Dispose();
        membership.Dispose();
        return new WeakReference<Pipeline>(pipeline);
    }

    private Pipeline Added(Pipeline pipeline)
    {
        _registry.Add(pipeline);
        return pipeline;
    }

    private sealed class Pipeline(TimeSpan closeTimeout) : IDrainable
    {
        public ConcurrentQueue<string> Calls { get; } = new();

        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<bool>? Flush { get; init; }

        public TaskCompletionSource<bool>? Close { get; init; }

        public bool Throws { get; init; }

        public TimeSpan CloseTimeout => closeTimeout;

        public Task<bool> FlushAsync(CancellationToken cancellationToken) => Call("flush", Flush);

        public Task CloseAsync(TimeSpan timeout) => Call($"close {timeout.TotalSeconds}", Close);

        private Task<bool> Call(string name, TaskCompletionSource<bool>? end)
        {
            Calls.Enqueue(name);
            Called.TrySetResult();
            return Throws ? throw new InvalidOperationException() : end?.Task ?? Task.FromResult(true);
        }
    }
}
