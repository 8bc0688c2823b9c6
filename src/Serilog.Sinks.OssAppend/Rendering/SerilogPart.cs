using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting.Display;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>A place that Serilog's own formatter renders, since it is too rare, or too intricate, for an own way.</summary>
internal sealed class SerilogPart : OutputPart
{
    private readonly MessageTemplateTextFormatter _formatter;

    public SerilogPart(PropertyToken token, IFormatProvider? provider) =>
        _formatter = new MessageTemplateTextFormatter(token.ToString(), provider);

    public override void Write(LogEvent logEvent, RecordWriter writer) => _formatter.Format(logEvent, writer);
}
