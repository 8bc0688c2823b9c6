using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>The event's exception and a line's end; nothing if there is none. An exception that cannot be shown is named, as Serilog does.</summary>
internal sealed class ExceptionPart : OutputPart
{
    private readonly Alignment? _alignment;
    private readonly string _newLine;

    public ExceptionPart(Alignment? alignment, string newLine)
    {
        _alignment = alignment;
        _newLine = newLine;
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (logEvent.Exception is null && _alignment is null)
            return;

        var text = logEvent.Exception is { } exception ? Placeholder.TextOf(exception) : "";
        if (_alignment is not null)
        {
            Padded.Write(writer, logEvent.Exception is null ? text : text + _newLine, _alignment);
            return;
        }

        writer.Write(text);
        writer.Write(_newLine);
    }
}
