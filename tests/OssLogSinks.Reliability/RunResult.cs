namespace OssLogSinks.Reliability;

/// <summary>The sum of a run; its text is what a script reads.</summary>
internal sealed record RunResult
{
    public required long Accepted { get; init; }

    /// <summary>Events that were logged by what delivery calls, among all of them.</summary>
    public long Inner { get; init; }

    public required long Delivered { get; init; }

    public required long Dropped { get; init; }

    public required long Foreign { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long Reordered { get; init; }

    public required long Torn { get; init; }

    /// <summary>Faults that the built-in OSS played; against another server, requests that failed.</summary>
    public required long Faults { get; init; }

    public required long Appends { get; init; }

    public required long Resyncs { get; init; }

    public required long Rolls { get; init; }

    public required TimeSpan Took { get; init; }

    public bool IsExactlyOnce => Lost == 0 && Duplicated == 0 && Reordered == 0 && Torn == 0;

    public override string ToString() => FormattableString.Invariant(
        $"accepted={Accepted} inner={Inner} delivered={Delivered} dropped={Dropped} foreign={Foreign} lost={Lost} duplicated={Duplicated} reordered={Reordered} torn={Torn} faults={Faults} resyncs={Resyncs} rolls={Rolls} seconds={Took.TotalSeconds:0.0}");
}
