using System.Collections.Concurrent;

namespace OssLogSinks.Emulator.Faults;

/// <summary>A write whose connection was closed without an answer. It is carried out when the test releases it.</summary>
public sealed class LateCommit
{
    private readonly TaskCompletionSource<Func<int>> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task<bool>> _landing;

    internal LateCommit() => _landing = new Lazy<Task<bool>>(LandAsync);

    /// <summary>Completes when the emulator has read the request's body; nothing is written yet.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Carries the write out now; if necessary it waits until the request arrives. A second call does nothing more.</summary>
    /// <returns>True if it was stored; false if it was refused, for example because the position is no longer the length.</returns>
    public Task<bool> ReleaseAsync() => _landing.Value;

    internal void Arrive(Func<int> commit) => _arrived.TrySetResult(commit);

    private async Task<bool> LandAsync()
    {
        var commit = await _arrived.Task.ConfigureAwait(false);
        return commit() is >= 200 and < 300;
    }
}

/// <summary>The pending writes whose connections are closed and that are carried out after a delay.</summary>
internal sealed class LateCommits
{
    private readonly ConcurrentDictionary<Task, byte> _pending = new();

    public FaultAction After(TimeSpan delay) => FaultActions.CommitLater(context =>
    {
        var landing = LandAsync(context, delay);
        _pending.TryAdd(landing, 0);
        landing.ContinueWith(done => _pending.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    });

    public async Task WhenLandedAsync(CancellationToken cancellationToken)
    {
        while (_pending.Keys.FirstOrDefault() is { } landing)
        {
            await landing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            _pending.TryRemove(landing, out _);
        }
    }

    private static async Task LandAsync(FaultContext context, TimeSpan delay)
    {
        await Task.Delay(delay, context.Clock.TimeProvider, context.Stopping).ConfigureAwait(false);
        context.Commit();
    }
}
