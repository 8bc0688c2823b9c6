namespace OssLogSinks.Reliability.Corruption;

/// <summary>The sum of one round, or of many.</summary>
internal sealed record CorruptResult
{
    /// <summary>Records that stood in the files before the damage.</summary>
    public long Stored { get; init; }

    /// <summary>Those of them that stand in the bucket.</summary>
    public long Shipped { get; init; }

    public long Missing { get; init; }

    /// <summary>Missing records whose number nothing tells that is left: of files that have gone, and at the very end.</summary>
    public long Unknowable { get; init; }

    public long Quarantined { get; init; }

    public long QuarantinedBytes { get; init; }

    /// <summary>Missing although no damage is near.</summary>
    public long Lost { get; init; }

    /// <summary>Missing, and neither reported nor unknowable.</summary>
    public long Silent { get; init; }

    /// <summary>There twice, with a journal that was not damaged.</summary>
    public long Duplicated { get; init; }

    /// <summary>There twice because the journal was damaged.</summary>
    public long Repeated { get; init; }

    public long Reordered { get; init; }

    public long Torn { get; init; }

    public long Leftovers { get; init; }

    /// <summary>Rounds that did not start, or did not end.</summary>
    public long Failed { get; init; }

    public bool IsGood => Lost == 0 && Silent == 0 && Duplicated == 0 && Reordered == 0 && Torn == 0 && Leftovers == 0 && Failed == 0;

    public static CorruptResult operator +(CorruptResult a, CorruptResult b) => new()
    {
        Stored = a.Stored + b.Stored,
        Shipped = a.Shipped + b.Shipped,
        Missing = a.Missing + b.Missing,
        Unknowable = a.Unknowable + b.Unknowable,
        Quarantined = a.Quarantined + b.Quarantined,
        QuarantinedBytes = a.QuarantinedBytes + b.QuarantinedBytes,
        Lost = a.Lost + b.Lost,
        Silent = a.Silent + b.Silent,
        Duplicated = a.Duplicated + b.Duplicated,
        Repeated = a.Repeated + b.Repeated,
        Reordered = a.Reordered + b.Reordered,
        Torn = a.Torn + b.Torn,
        Leftovers = a.Leftovers + b.Leftovers,
        Failed = a.Failed + b.Failed,
    };

    public override string ToString() =>
        $"stored={Stored} shipped={Shipped} missing={Missing} unknowable={Unknowable} repeated={Repeated} quarantined={Quarantined} quarantinedbytes={QuarantinedBytes} failed={Failed} silent={Silent} leftovers={Leftovers} lost={Lost} duplicated={Duplicated} reordered={Reordered} torn={Torn}";
}
