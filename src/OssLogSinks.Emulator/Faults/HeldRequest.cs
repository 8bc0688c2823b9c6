namespace OssLogSinks.Emulator.Faults;

/// <summary>A request that waits until the test releases it.</summary>
public sealed class HeldRequest
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal HeldRequest()
    {
    }

    /// <summary>Completes when the request has arrived and waits.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Lets the request continue; may be called before it arrives, and more than once.</summary>
    public void Release() => _released.TrySetResult();

    internal async ValueTask PassAsync(CancellationToken stopping)
    {
        _arrived.TrySetResult();
        await _released.Task.WaitAsync(stopping).ConfigureAwait(false);
    }
}
