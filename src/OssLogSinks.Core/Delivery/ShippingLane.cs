using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Delivery;

/// <summary>A memory spool and the shipper that empties it: one writer's way to OSS.</summary>
internal sealed class ShippingLane
{
    private readonly Shipper _shipper;
    private readonly DeliveryFate _fate;

    public ShippingLane(MemorySpool spool, Shipper shipper, DeliveryFate fate)
    {
        Spool = spool;
        _shipper = shipper;
        _fate = fate;
    }

    public MemorySpool Spool { get; }

    /// <summary>Cuts off what is being sent, and gives up what is not on disk as well.</summary>
    public async Task StopAsync()
    {
        await _shipper.StopAsync().ConfigureAwait(false);
        GiveUp();
        _shipper.Dispose();
        Spool.Dispose();
    }

    /// <summary>Gives up what is not on disk as well; what the shipper makes of it afterwards counts no more.</summary>
    public void GiveUp()
    {
        foreach (var (batch, mayBeStored) in Spool.Abandon())
            _fate.Abandon(batch, "the application stopped before OSS took them.", mayBeStored);
    }
}

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
