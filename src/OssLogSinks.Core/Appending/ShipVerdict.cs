using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>What one step of a stream's delivery came to.</summary>
internal abstract record ShipVerdict
{
    /// <summary>Records stand in OSS: those of the batch before <paramref name="End"/>.</summary>
    /// <param name="End">The record after the last stored one.</param>
    /// <param name="Bytes">Bytes that were stored.</param>
    public sealed record Delivered(int End, long Bytes) : ShipVerdict;

    /// <summary>The normal course of things: take another step at once.</summary>
    public sealed record GoOn : ShipVerdict;

    /// <summary>Not yet: take another step, at once the first time, later when it happens again.</summary>
    /// <param name="Cause">What came in between, for reports; null when a request has found out what to do next.</param>
    public sealed record Again(AppendOutcome? Cause) : ShipVerdict;

    /// <summary>Not yet, and trying soon is of no use: take another step after a pause.</summary>
    /// <param name="Cause">What went wrong.</param>
    public sealed record Later(AppendOutcome Cause) : ShipVerdict;

    /// <summary>The rest of the batch can never be stored.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Never(DropReason Reason) : ShipVerdict;
}
