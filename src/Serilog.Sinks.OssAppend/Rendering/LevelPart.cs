using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>The event's level: each rendered once, by Serilog itself, for there are only six.</summary>
internal sealed class LevelPart : OutputPart
{
    private readonly SerilogPart _serilog;
    private readonly byte[][] _texts;

    public LevelPart(PropertyToken token)
    {
        _serilog = new SerilogPart(token, null);
        _texts = [.. Enumerable.Range((int)LevelAlias.Minimum, LevelAlias.Maximum - LevelAlias.Minimum + 1).Select(level => Render((LogEventLevel)level))];
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        var level = (int)logEvent.Level;
        if ((uint)level < (uint)_texts.Length)
            writer.WriteRaw(_texts[level]);
        else
            _serilog.Write(logEvent, writer);
    }

    private byte[] Render(LogEventLevel level)
    {
        using var writer = new RecordWriter();
        _serilog.Write(new LogEvent(default, level, null, MessageTemplate.Empty, []), writer);
        return writer.Written.ToArray();
    }
}
