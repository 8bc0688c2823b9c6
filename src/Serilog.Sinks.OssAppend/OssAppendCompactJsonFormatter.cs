using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// Writes each event as one line of compact JSON (CLEF), with the same text as <c>Serilog.Formatting.Compact.CompactJsonFormatter</c>; only
/// where a value or an exception fails to give its text does it write a placeholder. It is much faster, because it writes UTF-8 directly to the
/// sink's buffers, without a string for the whole event. The line ends with <c>\n</c>; if the writer is not the sink's own, with the writer's
/// line ending. Thread-safe.
/// </summary>
/// <remarks>
/// In JSON configuration: <c>"formatter": "Serilog.Sinks.OssAppend.OssAppendCompactJsonFormatter, Serilog.Sinks.OssAppend"</c>.
/// </remarks>
public sealed class OssAppendCompactJsonFormatter : ITextFormatter
{
    private readonly CompactJsonText _text = new();

    /// <summary>Writes an event.</summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="output">Receives the text; fastest if it is a <see cref="RecordWriter"/>, as in the sink.</param>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        if (logEvent is null)
            throw new ArgumentNullException(nameof(logEvent));

        using (var target = new Utf8Target(output))
            _text.Write(logEvent, target.Writer);

        output.WriteLine();
    }
}
