using OssLogSinks.Benchmarks.Sides;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>One side of an experiment.</summary>
/// <param name="Label">What it is, for people.</param>
/// <param name="Order">What it does; the experiment's run adds where the service is.</param>
internal sealed record ComparedSide(string Label, SideOrder Order)
{
    /// <summary>Whether the service is down while it is measured.</summary>
    public bool IsInOutage { get; init; }
}
