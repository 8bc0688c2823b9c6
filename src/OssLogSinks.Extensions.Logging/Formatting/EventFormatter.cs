using Microsoft.Extensions.Logging.Console;
using OssLogSinks.Core.Records;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging.Formatting;

/// <summary>Writes events, each with its line ending. Thread-safe.</summary>
internal abstract class EventFormatter
{
    public abstract void Write(LogCall call, RecordWriter writer);
}

/// <summary>Writes events with a formatter of the console's.</summary>
internal sealed class ConsoleText(ConsoleFormatter formatter) : EventFormatter
{
    private const byte Escape = 0x1B;

    public override void Write(LogCall call, RecordWriter writer)
    {
        call.Write(formatter, writer);
        if (writer.Written.Span.IndexOf(Escape) >= 0)
            RemoveColors(writer);
    }

    // On a terminal the formatter writes colors: escape, bracket, numbers and an m.
    private static void RemoveColors(RecordWriter writer)
    {
        ReadOnlySpan<byte> rest = writer.Written.ToArray();
        writer.Reset();
        for (int start; (start = rest.IndexOf(Escape)) >= 0;)
        {
            var length = rest.Slice(start).IndexOf((byte)'m') + 1;
            var isColor = length > 2 && rest[start + 1] == '[' && rest.Slice(start, length).IndexOf((byte)' ') < 0;
            writer.WriteRaw(rest.Slice(0, isColor ? start : start + 1));
            rest = rest.Slice(isColor ? start + length : start + 1);
        }

        writer.WriteRaw(rest);
    }
}
