using System.Diagnostics.Tracing;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Testing;

/// <summary>Hears what HTTP clients, sockets and name look-ups of this process do, and logs each of it.</summary>
internal sealed class NetworkListener(Action log) : EventListener
{
    private volatile bool _isStopped;
    private int _calls;
    private int _beside;

    /// <summary>How many events came on threads that no scope reaches.</summary>
    public int BesideScopes => Volatile.Read(ref _beside);

    /// <summary>Ends when the last event has been logged.</summary>
    public async Task StopAsync()
    {
        _isStopped = true;
        Dispose();
        while (Volatile.Read(ref _calls) > 0)
            await Task.Yield();
    }

    // Called by the constructor of the base class, too: what it uses must be there by then.
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Http" or "System.Net.Sockets" or "System.Net.NameResolution")
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        Interlocked.Increment(ref _calls);
        if (!_isStopped)
        {
            if (!DeliveryScope.IsActive)
                Interlocked.Increment(ref _beside);
            log();
        }

        Interlocked.Decrement(ref _calls);
    }
}
