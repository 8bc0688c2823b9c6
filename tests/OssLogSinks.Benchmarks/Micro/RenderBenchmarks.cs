using BenchmarkDotNet.Attributes;
using NLog.Targets.OssAppend;
using OssLogSinks.Benchmarks.Doors;
using OssLogSinks.Core.Batching;
using Serilog.Events;
using Serilog.Formatting;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>An event becomes UTF-8.</summary>
[MemoryDiagnoser]
public class RenderBenchmarks
{
    private static readonly RecordWriter Writer = new();
    private readonly ITextFormatter _text = Formatters.Ours(LineFormat.Text);
    private readonly ITextFormatter _clef = Formatters.Ours(LineFormat.Clef);
    private readonly LogEvent _serilog = SampleEvents.Serilog();
    private readonly NLog.LogEventInfo _nlog = SampleEvents.NLog();
    private readonly EventRenderer _renderer = new(NLogDoors.LineLayout, "\n");

    [Benchmark]
    public int SerilogText() => Render(_text);

    [Benchmark]
    public int SerilogClef() => Render(_clef);

    [Benchmark]
    public int NLogText() => _renderer.Render(_nlog).Length;

    private int Render(ITextFormatter formatter)
    {
        Writer.Reset();
        formatter.Format(_serilog, Writer);
        return Writer.Written.Length;
    }
}
