using System.Diagnostics;
using System.Numerics;

namespace OssLogSinks.Benchmarks.Sides;

/// <summary>
/// How often which duration occurred, in buckets whose width is a 64th of the duration's power of two or less: exact to
/// 1.6 %, and nothing is allocated while it is filled. For one thread.
/// </summary>
internal sealed class CallTimes
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private readonly long[] _counts = new long[(64 - SubBits) * Sub];
    private long _total;

    /// <summary>Notes a duration, in ticks of the stopwatch.</summary>
    public void Add(long ticks)
    {
        _counts[BucketOf(Math.Max(ticks, 0))]++;
        _total++;
    }

    /// <summary>The duration, in nanoseconds, that this part of all durations does not exceed; 0 if there are none.</summary>
    public double Percentile(double part)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(_total * part));
        var below = 0L;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            below += _counts[bucket];
            if (below >= rank)
                return HighestOf(bucket) * (1e9 / Stopwatch.Frequency);
        }

        return 0;
    }

    // Up to 64 a bucket each; then 64 buckets for each power of two.
    private static int BucketOf(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - SubBits);
        return (shift * Sub) + (int)(ticks >> shift);
    }

    private static double HighestOf(int bucket)
    {
        if (bucket < 2 * Sub)
            return bucket;

        var shift = (bucket / Sub) - 1;
        return ((long)(bucket - (shift * Sub) + 1) << shift) - 1;
    }
}
