using System.Diagnostics;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.DiskFaults;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.FrontDoors;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability;

/// <summary>The sum of a run with processes that were killed; its text is what a script reads.</summary>
internal sealed record CrashResult(RunResult Events)
{
    // What a process has besides: the logger, the client, and garbage.
    private const long OtherMemory = 64 << 20;

    public required int Kills { get; init; }

    public required long OrphanedFolders { get; init; }

    public required long Quarantined { get; init; }

    /// <summary>Folders of dead processes that nobody has shipped.</summary>
    public required int Leftovers { get; init; }

    /// <summary>Whether every child started, took what was logged and ended as it should.</summary>
    public required bool IsSound { get; init; }

    /// <summary>What failed on disk, by kind of call; null if nothing was to.</summary>
    public string? DiskFaults { get; init; }

    /// <summary>The largest managed heap of any child, in bytes.</summary>
    public long MostHeap { get; init; }

    /// <summary>How large it may be.</summary>
    public long HeapLimit { get; init; }

    // On a disk that fails, what cannot be kept is counted.
    public bool IsGood => Events.IsExactlyOnce && (Events.Dropped == 0 || DiskFaults is not null) && Leftovers == 0 && IsSound && MostHeap <= HeapLimit;

    /// <summary>Reads the bucket back, and holds it against what the children said to be on disk.</summary>
    public static async Task<CrashResult> ReadAsync(ServiceUnderTest service, ReliabilityArguments arguments, ChildPool pool, OssDrainProgress? drained, int acts, FaultyDisk? disk, Stopwatch watch)
    {
        await service.CalmAsync();
        Console.WriteLine($"shipped after {watch.Elapsed.TotalSeconds:0.0} s; reading back");
        var children = pool.Children;
        var ledger = new Ledger(arguments with { Writers = children.Count });
        using var client = service.CreateClient();
        await new ObjectReader(client, arguments.Prefix, ledger).ReadRestAsync();
        foreach (var child in children)
            ledger.Explain(child.Order.Number, child.OnDisk);

        var done = children.Select(c => c.Last?.Done ?? new DeliverySnapshot()).ToArray();
        // With numbers, the last process leaves them for the next one.
        var leftovers = BufferFolder.Owners(arguments.BufferPath).Count(owner => !arguments.HasSequence || BufferFolder.HasEvents(owner));
        var result = new CrashResult(Sum(children, ledger, disk, done, service.Emulator?.Faults.Injected + acts, watch.Elapsed))
        {
            Kills = pool.Kills,
            OrphanedFolders = done.Sum(d => d.OrphanedFolders) + (drained?.Folders ?? 0),
            Quarantined = done.Sum(d => d.QuarantinedRecords) + (drained?.Quarantined ?? 0),
            Leftovers = leftovers,
            IsSound = pool.IsSound,
            DiskFaults = disk?.ToString(),
            MostHeap = children.Max(child => child.MostHeap),
            HeapLimit = Pace.Crash.MemoryLimitBytes + OtherMemory,
        };
        if (leftovers > 0)
            await Console.Error.WriteLineAsync($"left in the buffer: {BufferFolder.Describe(arguments.BufferPath)}");
        else if (result.IsGood && arguments.ChosenBuffer is null && Directory.Exists(arguments.BufferPath))
            Directory.Delete(arguments.BufferPath, recursive: true);
        return result;
    }

    public override string ToString() => $"{Events} kills={Kills} orphaned={OrphanedFolders} quarantined={Quarantined} leftovers={Leftovers} sound={(IsSound ? "yes" : "no")} heap={MostHeap >> 20}MiB{(DiskFaults is null ? "" : $" disk: {DiskFaults}")}";

    private static RunResult Sum(IReadOnlyList<ChildProcess> children, Ledger ledger, FaultyDisk? disk, DeliverySnapshot[] done, int? faults, TimeSpan took) => new()
    {
        Accepted = children.Sum(c => c.OnDiskTotal),
        Delivered = ledger.Delivered,
        Dropped = done.Sum(d => d.DroppedTotal),
        Foreign = ledger.Foreign,
        Lost = children.Sum(c => Math.Max(0, ledger.MissingOf(c.Order.Number, c.OnDisk) - c.DroppedAtClose)),
        Duplicated = ledger.Duplicated,
        // What was in memory only, since the disk had failed, and was on its way as its process was killed, may land late.
        Reordered = disk is null ? ledger.Reordered : children.Sum(c => ledger.ReorderedOf(c.Order.Number, c.OnDisk)),
        Torn = ledger.Torn,
        Faults = faults ?? done.Sum(d => d.Retries),
        Appends = done.Sum(d => d.Appends),
        Resyncs = done.Sum(d => d.Resyncs),
        Rolls = done.Sum(d => d.Rolls),
        Took = took,
    };
}
