using Serilog.Events;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>Writes the message and a line's end; waits at its gate, and throws for an event that has a property called Bad.</summary>
public sealed class GatedFormatter : ITextFormatter
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private bool _isClosed;

    /// <summary>Done when the first event is being rendered.</summary>
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Close()
    {
        lock (_gate)
            _isClosed = true;
    }

    public void Open()
    {
        lock (_gate)
        {
            _isClosed = false;
            Monitor.PulseAll(_gate);
        }
    }

    public void Format(LogEvent logEvent, TextWriter output)
    {
        Entered.TrySetResult();
        lock (_gate)
        {
            while (_isClosed)
                Monitor.Wait(_gate);
        }

        output.Write("half a li");
        if (logEvent.Properties.ContainsKey("Bad"))
            throw new FormatException("A {0} text {boom with } braces {");

        output.Write("ne ");
        output.Write(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        output.Write('\n');
    }
}
