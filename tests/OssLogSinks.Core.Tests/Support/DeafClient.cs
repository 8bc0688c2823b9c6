using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Tests.Support;

/// <summary>A client that somebody plugged in, whose appends end when they end, whatever their token says.</summary>
internal sealed class DeafClient(IOssClient inner, Task<AppendObjectResult> answer) : IOssClient
{
    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => answer;

    public Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => inner.HeadObjectAsync(request, cancellationToken);

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => inner.GetObjectAsync(request, cancellationToken);

    public Task<PutObjectResult> PutObjectAsync(PutObjectRequest request, CancellationToken cancellationToken) => inner.PutObjectAsync(request, cancellationToken);

    public Task DeleteObjectAsync(string key, CancellationToken cancellationToken) => inner.DeleteObjectAsync(key, cancellationToken);

    public Task<ListObjectsResult> ListObjectsAsync(ListObjectsRequest request, CancellationToken cancellationToken) => inner.ListObjectsAsync(request, cancellationToken);

    public Task CreateBucketAsync(CancellationToken cancellationToken) => inner.CreateBucketAsync(cancellationToken);
}
