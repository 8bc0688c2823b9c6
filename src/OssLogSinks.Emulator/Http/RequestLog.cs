using System.Collections.Concurrent;
using System.Globalization;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Http;

/// <summary>
/// The last requests, limited in number and in total text length. A request that failed authentication or was refused before it is recorded
/// without headers and with cut names, because any client can send many large ones.
/// </summary>
internal sealed class RequestLog(IHttpSettings settings, EmulatorClock clock)
{
    /// <summary>The most characters of headers, keys and bucket names that are kept in total.</summary>
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
    /// <param name="isSenderKnown">Whether it was authenticated.</param>
    /// <param name="body">The part of its body that was read.</param>
    /// <param name="reply">The answer.</param>
    public void Add(OssRequest request, bool isSenderKnown, RequestBody body, OssReply reply)
    {
        if (!settings.RecordRequests)
            return;

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
        while ((_requests.Count > settings.RecordLimit || Interlocked.Read(ref _characters) > MaxCharacters) && TryForgetOldest())
        {
        }
    }

    private static string? Cut(string? name) => name is { Length: > MaxForeignName } ? name[..MaxForeignName] : name;

    private static long CharactersOf(RecordedRequest request)
    {
        var characters = request.Method.Length + (request.Bucket?.Length ?? 0) + (request.Key?.Length ?? 0);
        foreach (var (name, value) in request.Headers)
            characters += name.Length + value.Length;

        return characters;
    }

    private bool TryForgetOldest()
    {
        if (!_requests.TryDequeue(out var oldest))
            return false;

        Interlocked.Add(ref _characters, -CharactersOf(oldest));
        return true;
    }
}

/// <summary>A request as the emulator received it, recorded just before its answer was sent.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Bucket">The bucket; null for a request to the service.</param>
/// <param name="Key">The object key, decoded; null or empty for a request to a bucket.</param>
/// <param name="Operation">The operation; <see cref="OssOperation.Any"/> if the emulator does not know it.</param>
public sealed record RecordedRequest(string Method, string? Bucket, string? Key, OssOperation Operation)
{
    /// <summary>The <c>position</c> parameter; null if it is absent or not a number.</summary>
    public long? Position { get; init; }

    /// <summary>Number of body bytes read; 0 if the request was refused before.</summary>
    public long BodyLength { get; init; }

    /// <summary>The status sent; 0 if the connection was closed instead.</summary>
    public int Status { get; init; }

    /// <summary>The error code of the answer; null if there was none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The request id; <c>x-oss-request-id</c> of the answer, unless a fault answers like a gateway or closes the connection.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>
    /// The request headers; names are case-insensitive. Empty for a request that failed authentication or was refused before it; its method,
    /// bucket and key are cut to 200 characters.
    /// </summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>When the request was answered, by the emulator's clock.</summary>
    public DateTimeOffset Time { get; init; }
}
