using System.Globalization;
using System.Text;
using OssLogSinks.Benchmarks.Experiments;

namespace OssLogSinks.Benchmarks.Reports;

/// <summary>Tells the results as they come, and keeps them for the file in the end.</summary>
internal sealed class RatioReport
{
    private readonly string _machine;
    private readonly string _setup;
    private readonly StringBuilder _table = new();
    private readonly StringBuilder _figures = new();

    /// <param name="command">The command that makes it.</param>
    /// <param name="scale">How large its experiments are.</param>
    public RatioReport(string command, ExperimentScale scale)
    {
        _machine = $"{Machine.Describe()}; {Baseline.Describe()}";
        _setup = string.Create(CultureInfo.InvariantCulture, $"`{command}` on {DateTime.UtcNow:yyyy-MM-dd}: {scale.Events:N0} events a side after {scale.WarmUp:N0} that do not count, medians of all turns");
        Console.WriteLine(_machine);
        Console.WriteLine(_setup);
    }

    public void Add(Experiment experiment, Findings findings)
    {
        foreach (var line in experiment.Lines)
        {
            Console.WriteLine(line.Text(findings));
            _table.Append(CultureInfo.InvariantCulture, $"| {line.Name} | {line.Value(findings)} | {line.Target} | {line.What} |\n");
        }

        _figures.Append(CultureInfo.InvariantCulture, $"| **{experiment.Name}**, {Turns(findings)} | | | | | | |\n");
        for (var side = 0; side < experiment.Sides.Count; side++)
        {
            var figures = new SideFigures(experiment.Sides[side].Label, findings, side);
            Console.WriteLine(figures.Text);
            _figures.Append(figures.Row);
        }
    }

    private static string Turns(Findings findings) => findings.Of(0).Count is var turns && turns == 1 ? "1 turn" : $"{turns} turns";

    public void Save(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        File.WriteAllText(path, $"""
            # What it costs

            {_setup}.

            {_machine}.

            | ratio | value | target | what against what |
            | --- | --- | --- | --- |
            {_table}
            | side | CPU, us per event (least to most) | wall, us per event | allocated, B per event | appends | call, ns, median and 99.9 % | memory, MiB |
            | --- | --- | --- | --- | --- | --- | --- |
            {_figures}
            """.ReplaceLineEndings("\n"));
    }
}
