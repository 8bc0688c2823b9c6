using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>The id of the trace or of the span that the event belongs to; nothing if there is none.</summary>
internal sealed class TracePart : OutputPart
{
    private readonly bool _isSpan;
    private readonly Alignment? _alignment;

    public TracePart(PropertyToken token)
    {
        _isSpan = token.PropertyName == "SpanId";
        _alignment = token.Alignment;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer) =>
        Padded.Write(writer, (_isSpan ? logEvent.SpanId?.ToHexString() : logEvent.TraceId?.ToHexString()) ?? "", _alignment);
}
