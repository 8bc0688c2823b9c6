using OssLogSinks.Core.Client;

namespace OssLogSinks.Testing;

/// <summary>A client that is plugged in and asks another one; what derives from it does something on the way.</summary>
internal abstract class ForwardingClient(IOssClient client) : IOssClient
{
    public virtual Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => client.AppendObjectAsync(request, cancellationToken);

    public virtual Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => client.HeadObjectAsync(request, cancellationToken);

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => client.GetObjectAsync(request, cancellationToken);

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => client.SealObjectAsync(key, position, cancellationToken);
}
