using OssLogSinks.Core.Client;

namespace OssLogSinks.Benchmarks.Sides;

/// <summary>What the CRC-64 over so many bytes costs.</summary>
internal static class CrcCost
{
    private const int AppendSize = 4 << 20;
    private const int WarmUpRounds = 30;

    /// <summary>Microseconds of processor time.</summary>
    public static double Of(long bytes)
    {
        // In pieces of what the buffer hands over, which are not all in the processor's cache.
        var segment = new byte[AppendSize];
        new Random(1).NextBytes(segment);
        var crc = 0UL;
        for (var i = 0; i < WarmUpRounds; i++)
            crc = Crc64.Append(crc, segment.AsSpan(0, AppendSize / WarmUpRounds));

        var before = Environment.CpuUsage.TotalTime;
        for (var left = bytes; left > 0; left -= AppendSize)
            crc = Crc64.Append(crc, segment.AsSpan(0, (int)Math.Min(left, AppendSize)));

        GC.KeepAlive(crc);
        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds;
    }
}
