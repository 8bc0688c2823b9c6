using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Rendering;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// Writes each event as one line of compact JSON (CLEF): the very text that <c>Serilog.Formatting.Compact.CompactJsonFormatter</c>
/// writes, at a fraction of the cost, since it goes into the sink's buffers as UTF-8 without a string in between. The line ends with
/// <c>\n</c>, or as the writer says if it is not the sink's own. Any thread may use it.
/// </summary>
/// <remarks>
/// In JSON configuration: <c>"formatter": "Serilog.Sinks.OssAppend.OssAppendCompactJsonFormatter, Serilog.Sinks.OssAppend"</c>.
/// </remarks>
public sealed class OssAppendCompactJsonFormatter : ITextFormatter
{
    private readonly CompactJsonText _text = new();

    /// <summary>Writes an event.</summary>
    /// <param name="logEvent">The event.</param>
    /// <param name="output">Where to; fastest if it is a <see cref="RecordWriter"/>, as it is in the sink.</param>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        if (logEvent is null)
            throw new ArgumentNullException(nameof(logEvent));

        using (var target = new Utf8Target(output))
            _text.Write(logEvent, target.Writer);

        output.WriteLine();
    }
}
