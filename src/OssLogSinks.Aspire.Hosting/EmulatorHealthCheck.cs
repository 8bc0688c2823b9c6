using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OssLogSinks.Aspire.Hosting;

/// <summary>
/// Whether the emulator takes connections. It sends no request: that would use up faults that a test has scripted, and be among the
/// emulator's recorded requests.
/// </summary>
internal sealed class EmulatorHealthCheck(OssEmulatorResource resource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var starting = resource.GetEmulatorAsync(CancellationToken.None);
        if (!starting.IsCompleted)
            return HealthCheckResult.Unhealthy("The emulator has not started yet.");

        try
        {
            var endpoint = (await starting.ConfigureAwait(false)).Endpoint;
            using var client = new TcpClient();
            await client.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"The emulator listens on {endpoint.GetLeftPart(UriPartial.Authority)}.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The emulator does not accept connections.", e);
        }
    }
}
