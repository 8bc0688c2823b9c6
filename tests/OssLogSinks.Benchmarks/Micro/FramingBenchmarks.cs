using BenchmarkDotNet.Attributes;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>Records become a block of the disk buffer, and are found again in it.</summary>
[MemoryDiagnoser]
public class FramingBenchmarks
{
    private const int Records = 1000;
    private const int LineLength = 150;
    private static readonly DateTimeOffset Time = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    private readonly FolderId _folderId = new(1);
    private readonly StreamName _stream = new(ObjectKeyTemplate.Parse("logs/app.log").Render(Time, []));
    private readonly LogRecord _record = new(Time, new byte[LineLength]);
    private Block _block = null!;
    private BlockHeader _header;

    [GlobalSetup]
    public void Setup()
    {
        _block = Fill();
        BlockHeader.TryRead(_block.Bytes, _folderId, out _header);
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
        if (!BlockHeader.Verifies(_block.Bytes.AsSpan(0, _header.Length), _folderId))
            return 0;

        var records = _block.Records();
        var length = 0;
        while (records.TryRead())
            length += records.Current.Utf8.Length;
        return length;
    }

    private Block Fill()
    {
        var block = new Block(256 << 10, firstId: 1, Time);
        for (var id = 1; id <= Records; id++)
            block.TryAdd(_record, _stream);
        block.Seal(_folderId);
        return block;
    }
}
