namespace OssLogSinks.Emulator;

/// <summary>A write that was sent, whose connection closed without an answer, and that lands when the test says so.</summary>
public sealed class LateCommit
{
    private readonly TaskCompletionSource<Func<int>> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task<bool>> _landing;

    internal LateCommit() => _landing = new Lazy<Task<bool>>(LandAsync);

    /// <summary>Completes when the request is in the emulator's hands: its body read, nothing written yet.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Carries the write out now, waiting for its arrival if need be; a second call does nothing more.</summary>
    /// <returns>True if it landed; false if it was refused, for example because the position is no longer the length.</returns>
    public Task<bool> ReleaseAsync() => _landing.Value;

    internal void Arrive(Func<int> commit) => _arrived.TrySetResult(commit);

    private async Task<bool> LandAsync()
    {
        var commit = await _arrived.Task.ConfigureAwait(false);
        return commit() is >= 200 and < 300;
    }
}
