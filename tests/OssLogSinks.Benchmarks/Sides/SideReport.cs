using System.Text.Json;
using OssLogSinks.Benchmarks.FrontDoors;

namespace OssLogSinks.Benchmarks.Sides;

/// <summary>What a side measured, from its first event to the end of its close; the one line of its output.</summary>
/// <param name="Events">How many were logged.</param>
/// <param name="Counts">What became of them.</param>
internal sealed record SideReport(long Events, FrontDoorCounts Counts)
{
    /// <summary>Processor time of the process, its kernel part and its collector included.</summary>
    public double CpuMicroseconds { get; init; }

    /// <summary>How much of that, about, the runtime still compiled code in.</summary>
    public double CompilingMicroseconds { get; init; }

    public double WallMicroseconds { get; init; }

    public long AllocatedBytes { get; init; }

    /// <summary>Collections of each generation, those of the later ones included.</summary>
    public int[] Collections { get; init; } = [];

    /// <summary>Half of the logging calls took at most so long; 0 if they were not timed.</summary>
    public double CallMedian { get; init; }

    /// <summary>999 of 1000 logging calls took at most so long.</summary>
    public double CallTail { get; init; }

    /// <summary>How much the working set grew at most; 0 if it was not watched.</summary>
    public long MemoryGrowth { get; init; }

    /// <summary>What the CRC-64 of the delivered bytes costs, measured by itself; 0 where OSS is not a client in memory.</summary>
    public double CrcMicroseconds { get; init; }

    public double CpuPerEvent => CpuMicroseconds / Events;

    public double WallPerEvent => WallMicroseconds / Events;

    public double AllocatedPerEvent => (double)AllocatedBytes / Events;

    public double BytesPerEvent => (double)Counts.Bytes / Events;

    public double AppendsPerMillion => Counts.Appends * 1e6 / Events;

    public static SideReport Parse(string text) => JsonSerializer.Deserialize<SideReport>(text)!;

    public override string ToString() => JsonSerializer.Serialize(this);
}
