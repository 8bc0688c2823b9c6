using OssLogSinks.Benchmarks.Services;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>Sides that are measured in turn, A B A B, and the lines that come of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sides">The sides, in their turn.</param>
/// <param name="Lines">What is told in the end.</param>
internal sealed record Experiment(string Name, IReadOnlyList<ComparedSide> Sides, IReadOnlyList<RatioLine> Lines)
{
    /// <summary>The service of all its sides.</summary>
    public EmulatorOrder Service { get; init; } = new();

    /// <summary>Whether the sides of a turn run at the same time: where each only waits for most of it.</summary>
    public bool IsConcurrent { get; init; }

    /// <summary>How many turns at most; for what takes long and hardly varies.</summary>
    public int MostRuns { get; init; } = int.MaxValue;

    public bool IsCalled(string name) => Name == name || Lines.Any(line => line.Name == name);
}
