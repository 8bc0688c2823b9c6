using System.Diagnostics.Tracing;

namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>Listens to the runtime's network events, all of this process, and has some of them logged. They come on threads that no scope reaches.</summary>
internal sealed class NetworkListener(Action log) : EventListener
{
    private readonly Lock _turn = new();
    private volatile bool _isOver;

    /// <summary>Nothing is logged after this.</summary>
    public void End()
    {
        lock (_turn)
            _isOver = true;
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Http" or "System.Net.Sockets" or "System.Net.NameResolution")
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        lock (_turn)
        {
            if (!_isOver)
                log();
        }
    }
}
