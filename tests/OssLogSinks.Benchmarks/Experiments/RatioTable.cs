namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>All experiments, in the order in which they are told.</summary>
internal static class RatioTable
{
    public static IReadOnlyList<Experiment> Of(ExperimentScale scale) =>
    [
        .. CpuExperiments.Of(scale),
        .. CallerExperiments.Of(scale),
        AllocationExperiment.Of(scale),
        .. HandmadeExperiments.Of(scale),
        .. WireExperiments.Of(scale),
        .. GrowthExperiments.Of(scale),
        OutageMemoryExperiment.Of(scale),
    ];
}
