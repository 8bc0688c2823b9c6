using OssLogSinks.Core.Protocol;

namespace Serilog.Sinks.OssAppend.Tests.Doubles;

/// <summary>Does something before each append, as a client that is plugged in may: log, for instance.</summary>
public sealed class LoggingClient : IOssClient
{
    private readonly IOssClient _client;
    private readonly Action _before;

    public LoggingClient(IOssClient client, Action before)
    {
        _client = client;
        _before = before;
    }

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        _before();
        return await _client.AppendObjectAsync(request, cancellationToken);
    }

    public Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => _client.HeadObjectAsync(request, cancellationToken);

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => _client.GetObjectAsync(request, cancellationToken);

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => _client.SealObjectAsync(key, position, cancellationToken);

    public Task<PutObjectResult> PutObjectAsync(PutObjectRequest request, CancellationToken cancellationToken) => _client.PutObjectAsync(request, cancellationToken);

    public Task DeleteObjectAsync(string key, CancellationToken cancellationToken) => _client.DeleteObjectAsync(key, cancellationToken);

    public Task<ListObjectsResult> ListObjectsAsync(ListObjectsRequest request, CancellationToken cancellationToken) => _client.ListObjectsAsync(request, cancellationToken);

    public Task CreateBucketAsync(CancellationToken cancellationToken) => _client.CreateBucketAsync(cancellationToken);
}
