using BenchmarkDotNet.Attributes;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Spool.Disk;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>Records become the frames of one write to the disk spool, and are found again in it.</summary>
[MemoryDiagnoser]
public class FramingBenchmarks
{
    private const int Records = 1000;
    private const int LineLength = 150;
    private static readonly DateTimeOffset Time = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    private readonly SpoolSalt _salt = new(1);
    private readonly SpoolStream _stream = new(ObjectKeyTemplate.Parse("logs/app.log").Render(Time, []));
    private readonly byte[] _line = new byte[LineLength];
    private byte[] _frames = [];

    [GlobalSetup]
    public void Setup()
    {
        var block = Fill();
        _frames = block.Bytes.AsSpan(0, block.Length).ToArray();
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Write()
    {
        var block = Fill();
        var length = block.Length;
        block.Release();
        return length;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Read()
    {
        var count = 0;
        for (var rest = _frames.AsSpan(); SpoolFrame.TryReadHead(rest, _salt, out var frame) && frame.Verifies(rest[..frame.Length], _salt); count++)
            rest = rest[frame.Length..];

        return count;
    }

    private SpoolBlock Fill()
    {
        var block = new SpoolBlock(_salt);
        for (var id = 1; id <= Records; id++)
            block.Append(id, Time, Time.UtcTicks, _stream, _line, state: null);

        return block;
    }
}
