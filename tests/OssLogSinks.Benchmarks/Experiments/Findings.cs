using OssLogSinks.Benchmarks.Sides;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>What the runs of an experiment's sides found.</summary>
internal sealed class Findings(int sides)
{
    private readonly List<SideReport>[] _reports = [.. Enumerable.Range(0, sides).Select(_ => new List<SideReport>())];

    public void Add(int side, SideReport report) => _reports[side].Add(report);

    public IReadOnlyList<SideReport> Of(int side) => _reports[side];

    /// <summary>The median over a side's runs.</summary>
    public double Median(int side, Func<SideReport, double> measure) => Median([.. _reports[side].Select(measure)]);

    /// <summary>The first side's median by the other's.</summary>
    public double Ratio(int side, int against, Func<SideReport, double> measure) => Median(side, measure) / Median(against, measure);

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
