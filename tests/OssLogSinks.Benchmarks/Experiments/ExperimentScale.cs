using OssLogSinks.Benchmarks.FrontDoors;
using OssLogSinks.Benchmarks.Sides;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>How large the experiments are.</summary>
/// <param name="Events">Events of a side, where nothing else is said.</param>
/// <param name="WarmUp">Events before those.</param>
/// <param name="WarmUpRounds">Front doors that the warm-up is divided over.</param>
internal sealed record ExperimentScale(long Events, long WarmUp, int WarmUpRounds)
{
    /// <summary>A side of these settings that logs as fast as it can.</summary>
    public ComparedSide Side(string label, FrontDoorSettings frontDoor) =>
        new(label, new SideOrder(frontDoor) { Events = Events, WarmUp = WarmUp, WarmUpRounds = WarmUpRounds });
}
