using Serilog.Core;
using Serilog.Events;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>Takes events and does nothing with them: what remains is what an event costs before any sink.</summary>
internal sealed class ReceivingSink(bool readsExceptions) : ILogEventSink
{
    // Kept so that nothing is optimised away.
    private object? _last;

    public void Emit(LogEvent logEvent)
    {
        _last = logEvent;
        if (readsExceptions && logEvent.Exception is { } exception)
            _last = exception.ToString();
    }

    public override string ToString() => $"{_last}";
}
