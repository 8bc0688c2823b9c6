using System.Diagnostics;
using System.Text.Json;

namespace OssLogSinks.Benchmarks.Services;

/// <summary>An OSS in a process of its own, so that what it costs is not counted. Ends when disposed, or with this process.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private readonly Process _process;

    private EmulatorProcess(Process process, ServiceAddress address)
    {
        _process = process;
        Address = address;
    }

    public ServiceAddress Address { get; }

    public static async Task<EmulatorProcess> StartAsync(EmulatorOrder order)
    {
        var process = ChildProgram.Start(EmulatorOrder.Command, order.ToString());
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The emulator did not start.");
        return new EmulatorProcess(process, JsonSerializer.Deserialize<ServiceAddress>(line)!);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
