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
