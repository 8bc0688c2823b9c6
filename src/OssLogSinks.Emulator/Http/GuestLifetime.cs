using Microsoft.Extensions.Hosting;

namespace OssLogSinks.Emulator.Http;

/// <summary>
/// The server is a guest in somebody's process: it ends when it is disposed, and leaves Ctrl-C and signals to the process. The
/// host's own lifetime would take them, so that they stop the server and no longer end the process.
/// </summary>
internal sealed class GuestLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
