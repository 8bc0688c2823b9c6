using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>What became of the events that went through a front door.</summary>
internal sealed record FrontDoorCounts
{
    /// <summary>Events that did not arrive.</summary>
    public long Dropped { get; init; }

    /// <summary>Events that stand where they should; null where nobody counts them.</summary>
    public long? Delivered { get; init; }

    public long Bytes { get; init; }

    public long Appends { get; init; }

    public static FrontDoorCounts Of(DeliverySnapshot snapshot) => new()
    {
        Dropped = snapshot.DroppedTotal,
        Delivered = snapshot.Delivered,
        Bytes = snapshot.DeliveredBytes,
        Appends = snapshot.Appends,
    };
}
