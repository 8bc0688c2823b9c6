using CsCheck;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>How a process ends.</summary>
internal enum ExitKind
{
    /// <summary>It is killed: what it wrote stays.</summary>
    Kill,

    /// <summary>The power goes: what was synced stays, and any part of the rest. All other processes die of it too.</summary>
    PowerCut,

    /// <summary>It is closed, in no time: what was not stored stays on disk.</summary>
    Close,
}

/// <summary>What happens to a file of the buffer while processes live.</summary>
internal enum DamageKind
{
    /// <summary>One bit of a segment is another.</summary>
    FlippedBit,

    /// <summary>The end of a segment is gone.</summary>
    CutSegment,

    /// <summary>A segment is gone that nobody writes to any more.</summary>
    LostSegment,

    /// <summary>A file of a journal has other bytes.</summary>
    ReplacedJournal,
}

/// <summary>One damage, in the middle of a process's life.</summary>
/// <param name="AfterChunk">After which chunk, counted from 0.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Choice">Which file, and where in it.</param>
internal sealed record DamageStep(int AfterChunk, DamageKind Kind, int Choice)
{
    public override string ToString() => $"new DamageStep({AfterChunk}, DamageKind.{Kind}, {Choice})";
}

/// <summary>The life of one process.</summary>
/// <param name="Chunks">How many records it writes, chunk by chunk; after each it flushes to disk.</param>
/// <param name="ExitKind">How it ends.</param>
/// <param name="EndsAfter">After how many changes to the disk; if there are not so many, when all is written.</param>
/// <param name="Overlaps">Whether the next process begins while it still writes.</param>
/// <param name="Wire">What its requests meet, one after the other; the rest goes.</param>
internal sealed record ProcessRun(int[] Chunks, ExitKind ExitKind, int EndsAfter, bool Overlaps, What[] Wire)
{
    /// <summary>What is damaged meanwhile.</summary>
    public DamageStep[] Damages { get; init; } = [];

    /// <summary>Whether OSS answers nothing once the script is over, so that records stay on disk.</summary>
    public bool IsOssSilent { get; init; }

    public override string ToString() =>
        $"new ProcessRun([{string.Join(", ", Chunks)}], ExitKind.{ExitKind}, {EndsAfter}, {(Overlaps ? "true" : "false")}, [{string.Join(", ", Wire)}])"
        + (Damages.Length == 0 && !IsOssSilent ? "" : $" {{ Damages = [{string.Join<DamageStep>(", ", Damages)}], IsOssSilent = {(IsOssSilent ? "true" : "false")} }}");
}

/// <summary>Processes that live one after the other, or at the same time, on one disk; the last one has time to ship all.</summary>
/// <param name="Sync">When records are made durable.</param>
/// <param name="IsShared">Whether all processes, and foreign writers, append to the same objects.</param>
/// <param name="Chance">What of the unsynced survives a power cut.</param>
/// <param name="Runs">The processes.</param>
internal sealed record CrashScenario(OssBufferSync Sync, bool IsShared, int Chance, ProcessRun[] Runs)
{
    /// <summary>Whether objects are compressed.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>Whether they begin with a header.</summary>
    public bool HasHeader { get; init; }

    private static readonly What[] Likely =
    [
        What.Goes, What.Goes, What.Goes, What.Goes, What.IsLost, What.AnswerIsLost, What.AnswerIsLost, What.IsLate, What.IsLate, What.IsLate,
        What.FailsBefore, What.FailsAfter, What.IsThrottled, What.Lands, What.Lands, What.LandsNewest, What.ForeignWriterSameLength, What.ForeignWriterShorter, What.ForeignWriterLonger,
        What.IsSealed, What.IsConverted, What.ThrottledAfter, What.TimedOutAfter, What.ConflictsAfter, What.DeniedByGatewayAfter, What.PageAfter,
        What.IsDeliveredTwice, What.IsDeliveredTwice,
    ];

    public static Gen<CrashScenario> Of(OssBufferSync sync, params ExitKind[] exits)
    {
        var wire = Gen.Int[0, Likely.Length - 1].Select(i => Likely[i]).Array[0, 24];
        var run = Gen.Select(Gen.Int[1, 8].Array[0, 4], Gen.Int[0, exits.Length - 1], Gen.Int[0, 120], Gen.Int[0, 3], wire,
            (chunks, exit, after, overlaps, w) => new ProcessRun(chunks, exits[exit], after, overlaps == 0, w));
        return Gen.Select(Gen.Bool, Gen.Select(Gen.Bool, Gen.Bool), Gen.Int[0, 1000], run.Array[1, 5],
            (isShared, format, chance, runs) => new CrashScenario(sync, isShared, chance, runs) { IsCompressed = format.Item1, HasHeader = format.Item2 });
    }

    /// <summary>The same, with damage while the processes live.</summary>
    public static Gen<CrashScenario> WithDamage(OssBufferSync sync, params ExitKind[] exits)
    {
        var damage = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, int.MaxValue], (chunk, kind, choice) => new DamageStep(chunk, (DamageKind)kind, choice));
        return Gen.Select(Of(sync, exits), damage.Array[0, 3].Array[5], Gen.Bool.Array[5], (scenario, damages, silent) => scenario with
        {
            Runs = [.. scenario.Runs.Select((run, i) => run with { Damages = damages[i], IsOssSilent = silent[i] })],
        });
    }

    public override string ToString() =>
        $"new CrashScenario(OssBufferSync.{Sync}, {(IsShared ? "true" : "false")}, {Chance},\n    [{string.Join(",\n    ", Runs.Select(l => l.ToString()))}]) {{ IsCompressed = {(IsCompressed ? "true" : "false")}, HasHeader = {(HasHeader ? "true" : "false")} }}";
}
