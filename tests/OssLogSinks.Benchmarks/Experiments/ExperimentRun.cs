using OssLogSinks.Benchmarks.Services;
using OssLogSinks.Benchmarks.Sides;

namespace OssLogSinks.Benchmarks.Experiments;

/// <summary>Runs an experiment: each side in a fresh process, in turn.</summary>
internal static class ExperimentRun
{
    public static async Task<Findings> RunAsync(Experiment experiment, int runs, EmulatorProcesses emulators)
    {
        var service = await emulators.GetAsync(experiment.Service);
        var outage = experiment.Sides.Any(side => side.IsInOutage) ? await emulators.GetAsync(experiment.Service with { Refuses = true }) : null;
        var orders = experiment.Sides.Select(side => side.Order with
        {
            FrontDoor = side.Order.FrontDoor with { Service = service },
            Outage = side.IsInOutage ? outage : null,
        }).ToArray();

        var findings = new Findings(orders.Length);
        for (var run = 0; run < Math.Min(runs, experiment.MostRuns); run++)
        {
            if (experiment.IsConcurrent)
                Add(findings, await Task.WhenAll(orders.Select(SideProcess.RunAsync)));
            else
                await TakeTurnsAsync(findings, orders);
        }

        return findings;
    }

    private static async Task TakeTurnsAsync(Findings findings, SideOrder[] orders)
    {
        for (var side = 0; side < orders.Length; side++)
            findings.Add(side, await SideProcess.RunAsync(orders[side]));
    }

    private static void Add(Findings findings, SideReport[] reports)
    {
        for (var side = 0; side < reports.Length; side++)
            findings.Add(side, reports[side]);
    }
}
