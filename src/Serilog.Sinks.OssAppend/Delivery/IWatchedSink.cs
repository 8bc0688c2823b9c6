using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend.Delivery;

/// <summary>What an <see cref="OssAppendMonitor"/> asks a sink.</summary>
internal interface IWatchedSink
{
    /// <summary>Events that wait to be rendered.</summary>
    int QueueLength { get; }

    DeliverySnapshot GetSnapshot();

    Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken);
}
