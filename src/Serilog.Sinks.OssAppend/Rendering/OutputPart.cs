using OssLogSinks.Core.Records;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>One place of an output template. Any thread may use it.</summary>
internal abstract class OutputPart
{
    public abstract void Write(LogEvent logEvent, RecordWriter writer);
}
