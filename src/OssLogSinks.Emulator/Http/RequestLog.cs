using System.Collections.Concurrent;
using System.Globalization;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Http;

/// <summary>The last requests, bounded.</summary>
internal sealed class RequestLog(OssEmulatorOptions options, EmulatorClock clock)
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();

    public IReadOnlyList<RecordedRequest> Snapshot() => _requests.ToArray();

    public void Clear() => _requests.Clear();

    public void Add(OssRequest request, RequestBody body, OssReply reply)
    {
        if (!options.RecordRequests)
        {
            return;
        }

        _requests.Enqueue(new RecordedRequest(request.Method, request.Bucket, request.Key, request.Operation)
        {
            Position = long.TryParse(request.Query["position"], NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : null,
            BodyLength = body.Length,
            Status = reply.Status,
            ErrorCode = reply.Error?.Code,
            RequestId = request.RequestId,
            Headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Time = clock.UtcNow,
        });
        while (_requests.Count > options.RecordLimit && _requests.TryDequeue(out _))
        {
        }
    }
}
