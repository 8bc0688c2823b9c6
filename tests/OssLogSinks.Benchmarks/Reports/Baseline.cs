using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace OssLogSinks.Benchmarks.Reports;

/// <summary>
/// How fast the machine is at this time: three pieces of work that have nothing to do with logging, so that reports of different days can be
/// told apart by the machine. Virtual machines of one name have different neighbours.
/// </summary>
internal static class Baseline
{
    private const int Tries = 5;
    private const int Block = 64 << 10;
    private const int Far = 64 << 20;
    private const int Alive = 4000;
    private const int Objects = 400_000;
    private const int ObjectSize = 1000;

    public static string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"yardsticks: computing {Best(Compute):0.0} ms, memory {Best(Copy):0.0} ms, garbage collector {Best(Collect):0.0} ms");

    private static double Best(Action work)
    {
        var best = double.MaxValue;
        for (var i = 0; i < Tries; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return best;
    }

    // 32 MiB of SHA-256 from the nearest cache.
    private static void Compute()
    {
        var block = new byte[Block];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (var done = 0; done < 32 << 20; done += Block)
            SHA256.HashData(block, hash);
    }

    // 64 MiB from one place in memory to another: more than the caches hold.
    private static void Copy()
    {
        var from = new byte[Far];
        from.AsSpan().Fill(1);
        from.CopyTo(new byte[Far], 0);
    }

    // Objects of which a few thousand are alive at a time, as those in a queue are.
    private static void Collect()
    {
        var alive = new byte[Alive][];
        for (var i = 0; i < Objects; i++)
            alive[i % Alive] = new byte[ObjectSize];
    }
}
