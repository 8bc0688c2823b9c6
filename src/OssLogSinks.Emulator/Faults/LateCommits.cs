using System.Collections.Concurrent;

namespace OssLogSinks.Emulator.Faults;

/// <summary>The writes that have lost their connection and land by the clock; they can be waited for.</summary>
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
