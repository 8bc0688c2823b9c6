using OssLogSinks.Core.Client;

namespace OssLogSinks.Testing;

/// <summary>Does something before each append, as a client that is plugged in may: log, for instance.</summary>
internal sealed class LoggingClient(IOssClient client, Action before) : ForwardingClient(client)
{
    public override async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        before();
        return await base.AppendObjectAsync(request, cancellationToken);
    }
}
