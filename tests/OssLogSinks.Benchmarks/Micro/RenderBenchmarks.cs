using System.Globalization;
using BenchmarkDotNet.Attributes;
using NLog.Targets.OssAppend;
using OssLogSinks.Benchmarks.FrontDoors;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend;
using Serilog.Sinks.OssAppend.Rendering;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>An event becomes UTF-8.</summary>
[MemoryDiagnoser]
public class RenderBenchmarks
{
    private static readonly RecordWriter Writer = new();
    private readonly ITextFormatter _text = OutputTemplateFormatter.For(Formatters.OutputTemplate, CultureInfo.InvariantCulture);
    private readonly ITextFormatter _clef = new OssAppendCompactJsonFormatter();
    private readonly LogEvent _serilog = SampleEvents.Serilog();
    private readonly NLog.LogEventInfo _nlog = SampleEvents.NLog();
    private readonly EventBuffer _buffer = new();
    private readonly EventRenderer _renderer = new(NLogFrontDoors.LineLayout, "\n", limit: 1 << 20);

    [Benchmark]
    public int SerilogText() => Render(_text);

    [Benchmark]
    public int SerilogClef() => Render(_clef);

    [Benchmark]
    public int NLogText() => _renderer.Render(_nlog, _buffer, out _).Length;

    private int Render(ITextFormatter formatter)
    {
        Writer.Reset();
        formatter.Format(_serilog, Writer);
        return Writer.Written.Length;
    }
}
