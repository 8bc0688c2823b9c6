namespace OssLogSinks.Benchmarks.Services;

/// <summary>The OSSes of a whole run, one for each order, started when they are first asked for. For one caller at a time.</summary>
internal sealed class EmulatorProcesses : IAsyncDisposable
{
    private readonly Dictionary<EmulatorOrder, EmulatorProcess> _started = [];

    public async Task<ServiceAddress> GetAsync(EmulatorOrder order)
    {
        if (!_started.TryGetValue(order, out var process))
            _started[order] = process = await EmulatorProcess.StartAsync(order);

        return process.Address;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started.Values)
            await process.DisposeAsync();
    }
}
