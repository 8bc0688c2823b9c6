using Serilog.Core;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>Keeps the events that it is given.</summary>
public sealed class CollectingSink : ILogEventSink, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<LogEvent> _events = [];

    public bool IsDisposed { get; private set; }

    public IReadOnlyList<LogEvent> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    /// <summary>The rendered messages, in the order in which they came.</summary>
    public IReadOnlyList<string> Messages => [.. Events.Select(e => e.RenderMessage(System.Globalization.CultureInfo.InvariantCulture))];

    public void Emit(LogEvent logEvent)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        lock (_lock)
            _events.Add(logEvent);
    }

    public void Dispose() => IsDisposed = true;
}
