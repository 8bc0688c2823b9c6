using BenchmarkDotNet.Attributes;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>The checksum of a line, and of a whole append; and of two parts that are joined.</summary>
public class Crc64Benchmarks
{
    private const int LineLength = 150;
    private const int AppendLength = 4 << 20;
    private byte[] _bytes = [];

    [Params(LineLength, AppendLength)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _bytes = new byte[Length];
        new Random(1).NextBytes(_bytes);
    }

    [Benchmark]
    public ulong Append() => Crc64.Append(0, _bytes);

    [Benchmark]
    public ulong Combine() => Crc64.Combine(0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, Length);
}
