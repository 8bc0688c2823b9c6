using BenchmarkDotNet.Attributes;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>A key is read, once an appender, and rendered, once a stream.</summary>
[MemoryDiagnoser]
public class KeyTemplateBenchmarks
{
    private const string Template = "shop/{Timestamp:yyyy/MM/dd}/{MachineName}/{Tenant}.log";
    private static readonly DateTimeOffset Time = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    private readonly ObjectKeyTemplate _template = ObjectKeyTemplate.Parse(Template);
    private readonly string _text = Template;
    private readonly string?[] _values = ["client-0042"];

    [Benchmark]
    public object Parse() => ObjectKeyTemplate.Parse(_text);

    [Benchmark]
    public string Render() => _template.Render(Time, _values).ObjectKey(0);
}
