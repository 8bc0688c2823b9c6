using BenchmarkDotNet.Running;
using OssLogSinks.Benchmarks;
using OssLogSinks.Benchmarks.Reports;
using OssLogSinks.Benchmarks.Services;
using OssLogSinks.Benchmarks.Sides;

// What logging to OSS costs: `ratios` against other ways to log, in whole programs; `micro` part by part; `compare` two reports.
switch (args)
{
    case [SideOrder.Command, var order]:
        return Side.Run(order);
    case [EmulatorOrder.Command, var order]:
        return await EmulatorHost.RunAsync(order);
    case ["micro", .. var rest]:
        // In this process: a generated project would build all libraries again for each run, for minutes on a small machine.
        _ = BenchmarkSwitcher.FromAssembly(typeof(Side).Assembly).Run(["--inProcess", .. rest]);
        return 0;
    case ["ratios", .. var rest]:
        return RatioArguments.Parse(rest) is not { } arguments ? 2 : await Ratios.RunAsync(arguments, rest) ? 0 : 1;
    case ["compare", var first, var second]:
        return Comparison.Run(first, second) ? 0 : 1;
    default:
        _ = RatioArguments.ShowUsage();
        return 2;
}
