using BenchmarkDotNet.Running;
using OssLogSinks.Benchmarks;
using OssLogSinks.Benchmarks.Services;
using OssLogSinks.Benchmarks.Sides;

// What logging to OSS costs: `ratios` against other ways to log, in whole programs; `micro` part by part.
switch (args)
{
    case [SideOrder.Command, var order]:
        return Side.Run(order);
    case [EmulatorOrder.Command, var order]:
        return await EmulatorHost.RunAsync(order);
    case ["micro", .. var rest]:
        _ = BenchmarkSwitcher.FromAssembly(typeof(Side).Assembly).Run(rest);
        return 0;
    case ["ratios", .. var rest]:
        return RatioArguments.Parse(rest) is not { } arguments ? 2 : await Ratios.RunAsync(arguments, rest) ? 0 : 1;
    default:
        _ = RatioArguments.ShowUsage();
        return 2;
}
