using System.Collections.Concurrent;
using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Benchmarks.Services;

/// <summary>An OSS without a wire: knows how long each object is, and nothing else. What an appender costs with it is all but the wire.</summary>
internal sealed class MemoryClient : ISelfLimitingClient
{
    private readonly ConcurrentDictionary<string, long> _lengths = new(StringComparer.Ordinal);

    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        var length = _lengths.AddOrUpdate(
            request.Key,
            static (_, sent) => sent.Position == 0 ? sent.Body.Length : throw Refusal(),
            static (_, length, sent) => sent.Position == length ? length + sent.Body.Length : throw Refusal(),
            request);
        return Task.FromResult(new AppendObjectResult(length, Crc64: null, ETag: null, RequestId: null));
    }

    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(_lengths.TryGetValue(request.Key, out var length) ? new HeadObjectResult(length, Crc64: null, "Appendable") : null);

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static OssException Refusal() => new(HttpStatusCode.Conflict, "PositionNotEqualToLength", "The object has another length.");
}
