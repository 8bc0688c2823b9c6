using System.Buffers;
using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Talks to one bucket over HTTP. Thread-safe; meant to live as long as the application.
/// </summary>
/// <remarks>
/// Repeats a request in two cases only, in which nothing was written: after RequestTimeTooSkewed, with the service's time, and after
/// refused credentials, with others. No usable answer within the time limit gives an <see cref="OssException"/> with status 0. Missing
/// credentials give an <see cref="OssCredentialsException"/>; nothing was sent then.
/// </remarks>
public sealed class OssClient : ISelfLimitingClient, IDisposable
{
    private const int LongestListing = 16 * 1024 * 1024;
    private const int LongestIgnoredBody = 64 * 1024;

    private readonly RequestSender _sender;
    private readonly string? _trafficLimit;

    /// <summary>Host and port that requests go to, and the proxy that they go through; for reports.</summary>
    internal string Way => _sender.Failures.Way;

    /// <summary>Creates a client. Opens no connection yet.</summary>
    /// <param name="options">Settings; later changes to them have no effect.</param>
    /// <exception cref="ArgumentException">Settings are wrong; the message has all faults.</exception>
    public OssClient(OssClientOptions options)
    {
        if (options is null)
            throw new ArgumentNullException(nameof(options));

        var faults = new List<string>();
        var endpoint = options.TryCreateEndpoint(faults);
        var certificates = TlsCertificates.Read(options, faults);
        if (faults.Count > 0 || endpoint is null)
        {
            certificates.Dispose();
            throw new ArgumentException(options.WithoutSecrets(string.Join(" ", faults)), nameof(options));
        }

        _sender = new RequestSender(options, endpoint, certificates);
        _trafficLimit = options.TrafficLimitBitsPerSecond?.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc />
    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        RequireNotNull(request, nameof(request));
        ObjectKeyRules.Require(request.Key, nameof(request));
        if (request.Position < 0)
            throw new ArgumentException("The position must not be negative.", nameof(request));

        var wire = new OssRequest("AppendObject", HttpMethod.Post, request.Key)
        {
            Query = [Parameter("append", ""), Parameter("position", request.Position.ToString(CultureInfo.InvariantCulture))],
            Body = request.Body,
        };
        if (request.Position == 0)
            ObjectPropertyHeaders.Add(request.Properties, wire.Headers);

        if (_trafficLimit is not null)
            wire.Headers["x-oss-traffic-limit"] = _trafficLimit;

        if (request.SendContentMd5)
            wire.Headers["content-md5"] = RequestBody.Md5Of(request.Body);

        return SendAsync(wire, AnswerHeads.ReadAppend, cancellationToken);
    }

    /// <inheritdoc />
    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        RequireNotNull(request, nameof(request));
        ObjectKeyRules.Require(request.Key, nameof(request));
        var wire = new OssRequest("HeadObject", HttpMethod.Head, request.Key) { IsAbsenceAnswer = true };
        return SendAsync<HeadObjectResult?>(wire, AnswerHeads.ReadHead, cancellationToken);
    }

    /// <inheritdoc />
    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken)
    {
        RequireNotNull(request, nameof(request));
        ObjectKeyRules.Require(request.Key, nameof(request));
        var wire = new OssRequest("GetObject", HttpMethod.Get, request.Key);
        if (request.Range is { } range)
        {
            if (range.Start < 0 || range.Length < 1 || range.Start > long.MaxValue - range.Length)
                throw new ArgumentException("The range must begin at 0 or later and hold at least 1 byte.", nameof(request));

            var last = range.Start + range.Length - 1;
            wire.Headers["range"] = string.Format(CultureInfo.InvariantCulture, "bytes={0}-{1}", range.Start, last);
            wire.Headers["x-oss-range-behavior"] = "standard";
        }

        return _sender.SendAsync(wire, ReadObjectAsync, cancellationToken);
    }

    /// <inheritdoc />
    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken)
    {
        ObjectKeyRules.Require(key, nameof(key));
        if (position < 0)
            throw new ArgumentOutOfRangeException(nameof(position), "The position must not be negative.");

        var wire = new OssRequest("SealAppendObject", HttpMethod.Post, key)
        {
            Query = [Parameter("seal", ""), Parameter("position", position.ToString(CultureInfo.InvariantCulture))],
            Body = ReadOnlySequence<byte>.Empty,
        };
        return SendAsync(wire, AnswerHeads.ReadSeal, cancellationToken);
    }

    /// <summary>Deletes an object; succeeds as well when there is none.</summary>
    /// <exception cref="OssException">The service refused.</exception>
    public Task DeleteObjectAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKeyRules.Require(key, nameof(key));
        return SendAsync(new OssRequest("DeleteObject", HttpMethod.Delete, key), static _ => true, cancellationToken);
    }

    /// <summary>Lists one page of the objects whose keys begin with a prefix, in the order of their UTF-8 bytes.</summary>
    /// <exception cref="OssException">The service refused.</exception>
    public Task<ListObjectsResult> ListObjectsAsync(ListObjectsRequest request, CancellationToken cancellationToken)
    {
        RequireNotNull(request, nameof(request));
        var query = new List<KeyValuePair<string, string>>
        {
            Parameter("list-type", "2"),
            Parameter("encoding-type", "url"),
            Parameter("max-keys", request.MaxKeys.ToString(CultureInfo.InvariantCulture)),
        };
        if (!string.IsNullOrEmpty(request.Prefix))
            query.Add(Parameter("prefix", request.Prefix));

        if (!string.IsNullOrEmpty(request.Delimiter))
            query.Add(Parameter("delimiter", request.Delimiter));

        if (!string.IsNullOrEmpty(request.StartAfter))
            query.Add(Parameter("start-after", request.StartAfter!));

        if (!string.IsNullOrEmpty(request.ContinuationToken))
            query.Add(Parameter("continuation-token", request.ContinuationToken!));

        return _sender.SendAsync(new OssRequest("ListObjects", HttpMethod.Get, Key: null) { Query = query }, ReadListingAsync, cancellationToken);
    }

    /// <summary>Creates the bucket that this client works on; succeeds as well when its owner repeats it.</summary>
    /// <exception cref="OssException">409 BucketAlreadyExists when another account owns it, and every other refusal.</exception>
    public Task CreateBucketAsync(CancellationToken cancellationToken) =>
        SendAsync(
            new OssRequest("CreateBucket", HttpMethod.Put, Key: null) { Body = ReadOnlySequence<byte>.Empty }, static _ => true, cancellationToken);

    /// <summary>
    /// Closes the connections, except those of an <see cref="OssClientOptions.HttpMessageHandler"/>. Requests that are being sent get no
    /// answer.
    /// </summary>
    public void Dispose() => _sender.Dispose();

    private static KeyValuePair<string, string> Parameter(string name, string value) => new(name, value);

    private static void RequireNotNull(object? request, string name)
    {
        if (request is null)
            throw new ArgumentNullException(name);
    }

    // For operations whose whole answer is in its head.
    private Task<T> SendAsync<T>(OssRequest request, Func<HttpResponseMessage, T> read, CancellationToken cancellationToken) =>
        _sender.SendAsync(
            request,
            async (response, token) =>
            {
                using (response)
                {
                    var result = read(response);
                    _ = await response.ReadBoundedAsync(LongestIgnoredBody, token).ConfigureAwait(false);
                    return result;
                }
            },
            cancellationToken);

    private async Task<GetObjectResult> ReadObjectAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var range = response.StatusCode == HttpStatusCode.PartialContent ? AnswerHeads.ReadContentRange(response) : (OssByteRange?)null;
            var body = await response.Content.OpenAsync(cancellationToken).ConfigureAwait(false);
            return new GetObjectResult(new AnswerBody(body, range?.Length, _sender), range, response)
            {
                Crc64 = AnswerHeads.ReadCrc64("GetObject", response),
                ContentEncoding = response.HeaderOf("Content-Encoding"),
                RequestId = response.RequestIdOf(),
            };
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task<ListObjectsResult> ReadListingAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            var body = await response.ReadBoundedAsync(LongestListing, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return (body is null ? null : ListObjectsDocument.TryRead(body))
                ?? throw AnswerHeads.Unusable("ListObjects", "a listing", response);
        }
    }
}

/// <summary>One ListObjectsV2 call: a page of a bucket.</summary>
public sealed record ListObjectsRequest
{
    /// <summary>Only keys with this prefix. Default: all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Groups the keys that have this text after the prefix: they are listed as one folder, up to the first such text. <c>/</c> for
    /// instance. Default: no groups.
    /// </summary>
    public string Delimiter { get; init; } = "";

    /// <summary>Only keys after this text in the order of their UTF-8 bytes; no object needs to have this key. Ignored with a token. Default: from the first key.</summary>
    public string? StartAfter { get; init; }

    /// <summary>The token of the page before (<see cref="ListObjectsResult.NextContinuationToken"/>). Default: the first page.</summary>
    public string? ContinuationToken { get; init; }

    /// <summary>Objects and folders per page at most, 1 to 1000. Default: 1000.</summary>
    public int MaxKeys { get; init; } = 1000;
}

/// <summary>A page of a bucket.</summary>
/// <param name="Objects">The objects of this page in the order of their keys' UTF-8 bytes.</param>
/// <param name="NextContinuationToken">The token to ask for the next page with; null if this is the last.</param>
public sealed record ListObjectsResult(IReadOnlyList<OssObjectSummary> Objects, string? NextContinuationToken)
{
    /// <summary>The folders of this page, each with the delimiter at its end; empty unless a <see cref="ListObjectsRequest.Delimiter"/> was sent.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];
}

/// <summary>An object in a listing.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Length">The object's length in bytes.</param>
/// <param name="ObjectType">Appendable, Normal, Multipart or Symlink, as the service spells it; null if it does not say.</param>
/// <param name="LastModified">When the object was last written; null if the service does not say.</param>
public sealed record OssObjectSummary(string Key, long Length, string? ObjectType, DateTimeOffset? LastModified);
