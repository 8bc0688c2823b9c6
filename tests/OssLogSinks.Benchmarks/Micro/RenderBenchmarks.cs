using System.Globalization;
using BenchmarkDotNet.Attributes;
using OssLogSinks.Benchmarks.FrontDoors;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend;
using Serilog.Sinks.OssAppend.Rendering;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>A Serilog event becomes UTF-8.</summary>
[MemoryDiagnoser]
public class RenderBenchmarks
{
    private static readonly RecordWriter Writer = new();
    private readonly ITextFormatter _text = OutputTemplateFormatter.For(Formatters.OutputTemplate, CultureInfo.InvariantCulture);
    private readonly ITextFormatter _clef = new OssAppendCompactJsonFormatter();
    private readonly LogEvent _serilog = SampleEvents.Serilog();

    [Benchmark]
    public int SerilogText() => Render(_text);

    [Benchmark]
    public int SerilogClef() => Render(_clef);

    private int Render(ITextFormatter formatter)
    {
        Writer.Reset();
        formatter.Format(_serilog, Writer);
        return Writer.Written.Length;
    }
}
