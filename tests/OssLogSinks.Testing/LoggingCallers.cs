using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Testing;

/// <summary>A client that logs before each append.</summary>
internal sealed class LoggingClient(IOssClient client, Action log) : ForwardingClient(client), ISelfLimitingClient
{
    public override async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        log();
        return await base.AppendObjectAsync(request, cancellationToken);
    }
}

/// <summary>An HTTP handler that logs before and after each request.</summary>
internal sealed class LoggingHandler(Action log) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        log();
        var response = await base.SendAsync(request, cancellationToken);
        log();
        return response;
    }
}

/// <summary>Credentials that log each time they are asked for.</summary>
internal sealed class LoggingCredentials(string accessKeyId, string accessKeySecret, Action log) : IOssCredentialsProvider
{
    public async ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
    {
        await Task.Yield();
        log();
        return new OssCredentials(accessKeyId, accessKeySecret);
    }
}

/// <summary>A logged value whose text logs.</summary>
internal sealed class LoggingValue(Action log)
{
    public override string ToString()
    {
        log();
        return "";
    }
}
