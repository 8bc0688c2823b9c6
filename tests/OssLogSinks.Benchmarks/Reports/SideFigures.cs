using System.Globalization;
using OssLogSinks.Benchmarks.Experiments;
using OssLogSinks.Benchmarks.Sides;

namespace OssLogSinks.Benchmarks.Reports;

/// <summary>The absolute figures of a side.</summary>
internal sealed class SideFigures(string label, Findings findings, int side)
{
    public string Text => string.Join(", ", Figures.Where(figure => figure.Value.Length > 0).Select(figure => $"{figure.Value} {figure.Unit}").Prepend($"  {label}: {Cpu} us CPU"));

    public string Row => $"| {label} | {Cpu} | {string.Join(" | ", Figures.Select(figure => figure.Value))} |\n";

    private string Cpu
    {
        get
        {
            var values = findings.Of(side).Select(report => report.CpuPerEvent).ToArray();
            return $"{Number(findings.Median(side, r => r.CpuPerEvent), "0.00")} ({Number(values.Min(), "0.00")} to {Number(values.Max(), "0.00")})";
        }
    }

    private (string Value, string Unit)[] Figures =>
    [
        (Median(r => r.WallPerEvent, "0.00"), "us wall"),
        (Median(r => r.AllocatedPerEvent, "0"), "B allocated per event"),
        (Median(r => r.Counts.Appends, "0"), "appends"),
        (Timed ? $"{Median(r => r.CallMedian, "0")} / {Median(r => r.CallTail, "0")}" : "", "ns in the call (median / 99.9 %)"),
        (Median(r => r.MemoryGrowth / 1024.0 / 1024, "0.0"), "MiB more memory"),
    ];

    private bool Timed => findings.Median(side, r => r.CallTail) > 0;

    // Nothing is no figure: the side has no such thing.
    private string Median(Func<SideReport, double> measure, string format) =>
        findings.Median(side, measure) is var value and > 0 ? Number(value, format) : "";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
