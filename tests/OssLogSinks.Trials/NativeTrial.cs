namespace OssLogSinks.Trials;

/// <summary>The native sample, published and run.</summary>
internal static class NativeTrial
{
    private const int Orders = 1000;

    public static async Task RunAsync(TrialFolder trialFolder)
    {
        await using var emulator = await trialFolder.StartOssAsync();
        var output = Path.Combine(trialFolder.Folder, "native");
        await trialFolder.RunAsync(trialFolder.Repository, "dotnet", "publish", Path.Combine("samples", "NativeAot"), "-warnaserror", "-o", output);
        TrialException.Unless(!File.Exists(Path.Combine(output, "NativeAot.dll")), "What was published is not native.");
        await trialFolder.RunAsync(output, Path.Combine(output, OperatingSystem.IsWindows() ? "NativeAot.exe" : "NativeAot"));

        foreach (var key in new[] { "native/serilog.log", "native/nlog.log", "native/logging.log" })
        {
            var lines = TrialFolder.Lines(emulator, key);
            TrialException.Unless(
                lines.Count == Orders && lines.Select((line, i) => line.EndsWith($"Order {i} was paid", StringComparison.Ordinal)).All(isRight => isRight),
                $"{key} has not every event once: {lines.Count} lines.");
        }

        Console.WriteLine($"the native program, {new FileInfo(Path.Combine(output, "NativeAot")).Length >> 20} MB, shipped 3 x {Orders} events");
    }
}
