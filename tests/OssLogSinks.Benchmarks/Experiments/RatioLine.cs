using System.Globalization;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>A line of the result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Target">Where it is to be.</param>
/// <param name="What">What against what.</param>
/// <param name="ValueOf">Reads it from what the sides found.</param>
internal sealed record RatioLine(string Name, Target Target, string What, Func<Findings, double> ValueOf)
{
    public string Value(Findings findings) => ValueOf(findings).ToString("0.00", CultureInfo.InvariantCulture);

    public string Text(Findings findings) => $"ratio {Name} {Value(findings)} target {Target} ({What})";
}
