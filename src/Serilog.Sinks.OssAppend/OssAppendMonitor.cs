using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// The application's view of a sink: made first, given to <c>WriteTo.OssAppend(…, monitor: monitor)</c> or <c>AuditTo</c>, then asked at any time
/// from any thread. Given to several sinks it watches the one configured last.
/// </summary>
public sealed class OssAppendMonitor
{
    private volatile IWatchedSink? _sink;

    /// <summary>Events that wait to be rendered, up to <see cref="OssAppendSinkOptions.QueueLimit"/>; those not yet in <see cref="GetSnapshot"/>.</summary>
    public int QueueLength => _sink?.QueueLength ?? 0;

    /// <summary>What the sink has done so far: events accepted, delivered, dropped by reason, appends, bytes.</summary>
    public DeliverySnapshot GetSnapshot() => _sink?.GetSnapshot() ?? new DeliverySnapshot();

    /// <summary>
    /// Sends what waits at once, and ends when every event logged before has its outcome. Trouble with OSS makes it wait; the
    /// token bounds that.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; delivery goes on.</param>
    /// <returns>True if all that waited is in OSS, each event once; false if anything was dropped since the flush before.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<bool> FlushAsync(CancellationToken cancellationToken = default) =>
        FlushAsync(OssFlushTarget.Oss, cancellationToken);

    /// <summary>
    /// Ends as soon as every event logged before is as safe as asked for: in OSS, or with a
    /// <see cref="OssLogSinks.Core.OssAppenderOptions.BufferPath"/> on disk already, synced whatever
    /// <see cref="OssLogSinks.Core.OssAppenderOptions.BufferSync"/> says.
    /// </summary>
    /// <param name="target">What to wait for; without a buffer, <see cref="OssFlushTarget.Disk"/> means OSS as well.</param>
    /// <param name="cancellationToken">Ends the wait; delivery goes on.</param>
    /// <returns>True if all that waited is there; false if anything was dropped since the flush before.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken = default) =>
        _sink?.FlushAsync(target, cancellationToken) ?? Task.FromResult(true);

    internal void Watch(IWatchedSink sink) => _sink = sink;
}

/// <summary>What an <see cref="OssAppendMonitor"/> asks a sink.</summary>
internal interface IWatchedSink
{
    /// <summary>Events that wait to be rendered.</summary>
    int QueueLength { get; }

    DeliverySnapshot GetSnapshot();

    Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken);
}
