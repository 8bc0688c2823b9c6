using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// Lets the application flush a sink and read its counters. Create it first, pass it to <c>WriteTo.OssAppend(…, monitor: monitor)</c> or
/// <c>AuditTo</c>, then use it at any time from any thread. If it is passed to several sinks, it monitors the one configured last.
/// </summary>
public sealed class OssAppendMonitor : IOssAppendMonitor
{
    private volatile IWatchedSink? _sink;

    /// <summary>
    /// Number of events that wait to be rendered, up to <see cref="OssAppendSinkOptions.QueueLimit"/>. <see cref="GetSnapshot"/> does not count
    /// them yet.
    /// </summary>
    public int QueueLength => _sink?.QueueLength ?? 0;

    /// <summary>The sink's counters so far: events accepted, delivered, dropped by reason, appends, bytes.</summary>
    public DeliverySnapshot GetSnapshot() => _sink?.GetSnapshot() ?? new DeliverySnapshot();

    /// <summary>
    /// Sends waiting events at once, and completes when every event logged before has its outcome. While OSS fails it waits; use the token to
    /// limit the wait.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait; delivery continues.</param>
    /// <returns>
    /// True if every waiting event was stored; false if some of them were dropped. Events that were dropped before the call do not always count:
    /// compare <see cref="DeliverySnapshot.DroppedTotal"/> of two snapshots to find every drop.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<bool> FlushAsync(CancellationToken cancellationToken) => FlushAsync(OssFlushTarget.Oss, cancellationToken);

    /// <summary>
    /// Completes as soon as every event logged before the call is stored where <paramref name="target"/> says, or was dropped. With
    /// <see cref="OssFlushTarget.Disk"/>, files on disk are synced, even if <see cref="OssAppenderOptions.BufferSync"/> is None.
    /// </summary>
    /// <param name="target">Where the events must be stored; without a buffer, <see cref="OssFlushTarget.Disk"/> means OSS as well. Default: OSS.</param>
    /// <param name="cancellationToken">Cancels the wait; delivery continues.</param>
    /// <returns>
    /// True if every waiting event was stored there; false if some of them were dropped. Events that were dropped before the call do not always
    /// count: compare <see cref="DeliverySnapshot.DroppedTotal"/> of two snapshots to find every drop.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<bool> FlushAsync(OssFlushTarget target = OssFlushTarget.Oss, CancellationToken cancellationToken = default) =>
        _sink?.FlushAsync(target, cancellationToken) ?? Task.FromResult(true);

    internal void Watch(IWatchedSink sink) => _sink = sink;
}

/// <summary>The members of a sink that an <see cref="OssAppendMonitor"/> uses.</summary>
internal interface IWatchedSink : IOssAppendMonitor
{
    /// <summary>Number of events that wait to be rendered.</summary>
    int QueueLength { get; }
}
