using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Delivery;

/// <summary>A memory buffer and the shipper that empties it.</summary>
internal sealed class DeliveryPipeline
{
    private readonly Shipper _shipper;
    private readonly DeliveryTracker _deliveryTracker;

    public DeliveryPipeline(MemoryBuffer buffer, Shipper shipper, DeliveryTracker deliveryTracker)
    {
        Buffer = buffer;
        _shipper = shipper;
        _deliveryTracker = deliveryTracker;
    }

    public MemoryBuffer Buffer { get; }

    /// <summary>Cancels the requests, and drops the records that are not on disk.</summary>
    public async Task StopAsync()
    {
        await _shipper.StopAsync().ConfigureAwait(false);
        GiveUp();
        _shipper.Dispose();
        Buffer.Dispose();
    }

    /// <summary>Drops the records that are not on disk. Later results of the shipper are ignored.</summary>
    public void GiveUp()
    {
        foreach (var (batch, mayBeDelivered) in Buffer.Abandon())
            _deliveryTracker.Abandon(batch, "the application stopped before OSS accepted them.", mayBeDelivered);
    }
}

/// <summary>A buffer in memory only.</summary>
internal sealed class MemoryOnlyBuffer : IRecordBuffer
{
    private readonly DeliveryPipeline _pipeline;

    public MemoryOnlyBuffer(DeliveryPipeline pipeline) => _pipeline = pipeline;

    public long HeldBytes => _pipeline.Buffer.HeldBytes;

    public long DiskBytes => 0;

    public int OpenStreams => _pipeline.Buffer.OpenStreams;

    public TimeSpan OldestAge() => _pipeline.Buffer.OldestAge();

    public Acceptance TryAdd(in LogRecord record, bool causesAppend, out Task? spaceAvailable) => _pipeline.Buffer.TryAdd(record, causesAppend, out spaceAvailable);

    public async Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken) =>
        (await Task.WhenAll(_pipeline.Buffer.Flush()).ConfigureAwait(false)).All(isDelivered => isDelivered);

    public Task FinishAsync() => Task.WhenAll(_pipeline.Buffer.Close());

    public Task StopAsync() => _pipeline.StopAsync();

    public void GiveUp() => _pipeline.GiveUp();

    public void Dispose()
    {
        // StopAsync has disposed everything.
    }
}
