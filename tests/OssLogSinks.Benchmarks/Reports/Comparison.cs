using System.Globalization;

namespace OssLogSinks.Benchmarks.Reports;

/// <summary>Says how far two reports are apart, line by line, as the second is from the first.</summary>
internal static class Comparison
{
    private const double Near = 0.10;

    /// <returns>Whether both files are reports that have lines in common.</returns>
    public static bool Run(string first, string second)
    {
        var (before, after) = (Read(first), Read(second));
        var common = before.Keys.Where(after.ContainsKey).ToList();
        foreach (var name in common)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"compare {name} {before[name]:0.00} {after[name]:0.00} {Change(name):+0.0 %;-0.0 %;0.0 %}"));

        var near = common.Count(name => Math.Abs(Change(name)) <= Near);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{near} of {common.Count} within {Near:0 %}"));
        return common.Count > 0;

        double Change(string name) => (after[name] / before[name]) - 1;
    }

    // A row of the ratios has four columns, the second of them a number.
    private static Dictionary<string, double> Read(string path)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            var columns = line.Split('|', StringSplitOptions.TrimEntries);
            if (columns.Length == 6 && double.TryParse(columns[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                values.TryAdd(columns[1], value);
        }

        return values;
    }
}
