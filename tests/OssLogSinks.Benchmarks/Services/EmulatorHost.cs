using System.Text.Json;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;

namespace OssLogSinks.Benchmarks.Services;

/// <summary>The emulator's side: says where it is, and ends with its input.</summary>
internal static class EmulatorHost
{
    public static async Task<int> RunAsync(string orderText)
    {
        var order = EmulatorOrder.Parse(orderText);
        var options = new OssEmulatorOptions
        {
            KeepBodies = false,
            RecordRequests = false,
            ResponseDelay = TimeSpan.FromMilliseconds(order.DelayMilliseconds),
        };
        await using var emulator = await OssEmulator.StartAsync(options);
        if (order.Refuses)
            emulator.Faults.RespondBeforeCommit(503, "ServiceUnavailable", int.MaxValue, FaultFilter.Any);

        var address = new ServiceAddress(emulator.Endpoint.ToString(), emulator.Region, "logs", emulator.AccessKeyId, emulator.AccessKeySecret);
        Console.WriteLine(JsonSerializer.Serialize(address));
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Nothing is asked here.
        }

        return 0;
    }
}
