using Serilog.Sinks.Async;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>Learns how many events Serilog.Sinks.Async has dropped.</summary>
internal sealed class DropMonitor : IAsyncLogEventSinkMonitor
{
    private IAsyncLogEventSinkInspector? _inspector;

    /// <summary>To be asked after the close.</summary>
    public long Dropped { get; private set; }

    public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => _inspector = inspector;

    public void StopMonitoring(IAsyncLogEventSinkInspector inspector) => Dropped = (_inspector ?? inspector).DroppedMessagesCount;
}
