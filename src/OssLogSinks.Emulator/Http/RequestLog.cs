using System.Collections.Concurrent;
using System.Globalization;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Http;

/// <summary>
/// The last requests, bounded in number and in the length of their texts. Of a request whose sender has not proven who it is, only what
/// tells it from others is kept: anybody can send such ones, as many and as large as they like.
/// </summary>
internal sealed class RequestLog(OssEmulatorOptions options, EmulatorClock clock)
{
    /// <summary>The most characters of headers, keys and bucket names that are kept.</summary>
    public const long MaxCharacters = 64L * 1024 * 1024;

    /// <summary>The most characters of a name in a request whose sender is not known.</summary>
    public const int MaxForeignName = 200;

    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private long _characters;

    public IReadOnlyList<RecordedRequest> Snapshot() => _requests.ToArray();

    public void Clear()
    {
        while (TryForgetOldest())
        {
        }
    }

    /// <param name="request">The request.</param>
    /// <param name="isSenderKnown">Whether its signature was right.</param>
    /// <param name="body">What was read of its body.</param>
    /// <param name="reply">The answer.</param>
    public void Add(OssRequest request, bool isSenderKnown, RequestBody body, OssReply reply)
    {
        if (!options.RecordRequests)
        {
            return;
        }

        var recorded = new RecordedRequest(
            isSenderKnown ? request.Method : Cut(request.Method)!,
            isSenderKnown ? request.Bucket : Cut(request.Bucket),
            isSenderKnown ? request.Key : Cut(request.Key),
            request.Operation)
        {
            Position = long.TryParse(request.Query["position"], NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : null,
            BodyLength = body.Length,
            Status = reply.Status,
            ErrorCode = reply.Error?.Code,
            RequestId = request.RequestId,
            Time = clock.UtcNow,
        };
        if (isSenderKnown)
        {
            var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            recorded = recorded with { Headers = headers };
        }

        Interlocked.Add(ref _characters, CharactersOf(recorded));
        _requests.Enqueue(recorded);
        while ((_requests.Count > options.RecordLimit || Interlocked.Read(ref _characters) > MaxCharacters) && TryForgetOldest())
        {
        }
    }

    private static string? Cut(string? name) => name is { Length: > MaxForeignName } ? name[..MaxForeignName] : name;

    private static long CharactersOf(RecordedRequest request)
    {
        var characters = request.Method.Length + (request.Bucket?.Length ?? 0) + (request.Key?.Length ?? 0);
        foreach (var (name, value) in request.Headers)
        {
            characters += name.Length + value.Length;
        }

        return characters;
    }

    private bool TryForgetOldest()
    {
        if (!_requests.TryDequeue(out var oldest))
        {
            return false;
        }

        Interlocked.Add(ref _characters, -CharactersOf(oldest));
        return true;
    }
}
