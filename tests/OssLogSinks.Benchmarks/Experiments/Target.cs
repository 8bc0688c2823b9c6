using System.Globalization;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>Where a ratio is to be.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="IsLeast">Whether it is to be reached; otherwise it is not to be exceeded.</param>
internal readonly record struct Target(double Limit, bool IsLeast = false)
{
    public override string ToString() => (IsLeast ? ">=" : "<=") + Limit.ToString("0.00", CultureInfo.InvariantCulture);
}
