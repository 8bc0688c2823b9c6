using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Core.Records;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging.Formatting;

/// <summary>Writes events, each with its line ending. Thread-safe.</summary>
internal abstract class EventFormatter
{
    /// <summary>Whether each event is a JSON object; null if that is not known.</summary>
    public virtual bool? IsJson => null;

    public abstract void Write(LogCall call, RecordWriter writer);
}

/// <summary>Writes events with a formatter of the console's, without its colors.</summary>
internal sealed class ConsoleText(ConsoleFormatter formatter) : EventFormatter
{
    public override void Write(LogCall call, RecordWriter writer)
    {
        call.Write(formatter, writer);
        TerminalColors.Remove(writer);
    }
}
