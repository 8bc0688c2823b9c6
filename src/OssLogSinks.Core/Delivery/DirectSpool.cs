using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Delivery;

/// <summary>Records wait in memory only.</summary>
internal sealed class DirectSpool : ISpool
{
    private readonly ShippingLane _lane;

    public DirectSpool(ShippingLane lane) => _lane = lane;

    public long HeldBytes => _lane.Spool.HeldBytes;

    public long DiskBytes => 0;

    public int OpenStreams => _lane.Spool.OpenStreams;

    public TimeSpan OldestAge() => _lane.Spool.OldestAge();

    public Acceptance TryAdd(in LogRecord record, bool isDue, out Task? room) => _lane.Spool.TryAdd(record, isDue, out room);

    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken) =>
        (await Task.WhenAll(_lane.Spool.Flush()).ConfigureAwait(false)).All(isStored => isStored);

    public Task FinishAsync() => Task.WhenAll(_lane.Spool.Close());

    public Task StopAsync() => _lane.StopAsync();

    public void GiveUp() => _lane.GiveUp();

    public void Dispose()
    {
        // Stopping has done it.
    }
}
