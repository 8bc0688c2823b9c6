namespace OssLogSinks.Emulator.Faults;

/// <summary>A gate at which one request waits until the test lets it pass.</summary>
public sealed class HeldRequest
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal HeldRequest()
    {
    }

    /// <summary>Completes when a request has come to the gate.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Lets the request go on; may be called before it arrives, and more than once.</summary>
    public void Release() => _released.TrySetResult();

    internal async ValueTask PassAsync(CancellationToken stopping)
    {
        _arrived.TrySetResult();
        await _released.Task.WaitAsync(stopping).ConfigureAwait(false);
    }
}
