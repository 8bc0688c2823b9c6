using System.Globalization;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Reliability.Children;

/// <summary>What a child tells.</summary>
internal enum ChildMessage
{
    /// <summary>The process runs.</summary>
    Started,

    /// <summary>The front door is open.</summary>
    Ready,

    /// <summary>A flush to disk has returned: what the report counts is on disk.</summary>
    OnDisk,

    /// <summary>Everything ordered was logged and is on disk.</summary>
    Written,

    /// <summary>It was asked how it is.</summary>
    Alive,

    /// <summary>A flush said that something accepted was given up.</summary>
    GaveUp,

    /// <summary>The close begins.</summary>
    Closing,

    /// <summary>The close has ended.</summary>
    Closed,
}

/// <summary>One line of a child's output. A line that a kill has cut short is no report.</summary>
/// <param name="Word">What happened.</param>
/// <param name="OnDisk">How many events of each stream are on disk.</param>
/// <param name="Done">What the child's front door has done; of the drops, only how many.</param>
internal sealed record ChildReport(ChildMessage Word, IReadOnlyList<long> OnDisk, DeliverySnapshot Done)
{
    private const string End = ".";
    private const int Counters = 10;

    /// <summary>Bytes of the managed heap after a collection.</summary>
    public long Heap { get; init; }

    public static ChildReport? TryParse(string line)
    {
        var words = line.Split(' ');
        if (words[^1] != End || !Enum.TryParse<ChildMessage>(words[0], out var word))
            return null;

        var numbers = words[1..^1].Select(w => long.Parse(w, CultureInfo.InvariantCulture)).ToArray();
        var done = new DeliverySnapshot
        {
            OrphanedFolders = numbers[0],
            QuarantinedRecords = numbers[1],
            QuarantinedBytes = numbers[2],
            Appends = numbers[3],
            Resyncs = numbers[4],
            Rolls = numbers[5],
            Retries = numbers[6],
            Dropped = new Dictionary<DropReason, long> { [DropReason.CloseTimeOver] = numbers[7] },
            BufferBytes = numbers[8],
        };
        return new ChildReport(word, numbers[Counters..], done) { Heap = numbers[9] };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Word} {Done.OrphanedFolders} {Done.QuarantinedRecords} {Done.QuarantinedBytes} {Done.Appends} {Done.Resyncs} {Done.Rolls} {Done.Retries} {Done.DroppedTotal} {Done.BufferBytes} {Heap} {string.Concat(OnDisk.Select(n => n + " "))}{End}");
}
