using System.Globalization;
using System.Net;
using AlibabaCloud.OSS.V2;
using AlibabaCloud.OSS.V2.Credentials;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using V2 = AlibabaCloud.OSS.V2.Models;

namespace Shop.Logging;

public sealed class OfficialClient : IOssClient, IDisposable
{
    private readonly Client _client;
    private readonly string _bucket;

    public OfficialClient(string region, string bucket, ICredentialsProvider credentials, string? endpoint = null)
    {
        var configuration = Configuration.LoadDefault();
        configuration.Region = region;
        configuration.Endpoint = endpoint;
        configuration.CredentialsProvider = credentials;
        configuration.RetryMaxAttempts = 1;                                          // rule 3
        _client = new Client(configuration);
        _bucket = bucket;
    }

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(Bytes(request), writable: false);
        var append = new V2.AppendObjectRequest
        {
            Bucket = _bucket,
            Key = request.Key,
            Position = request.Position,
            Body = body,
        };
        if (request.Position == 0 && request.Properties is { ContentType: { } contentType })
            append.ContentType = contentType;

        var result = await Answer("AppendObject", () => _client.AppendObjectAsync(append, null, cancellationToken));
        var next = result.NextAppendPosition ?? throw new InvalidDataException("No next position.");   // rule 2
        return new AppendObjectResult(next, Crc(result.HashCrc64), ETag: null, result.RequestId);
    }

    public async Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        var head = new V2.HeadObjectRequest { Bucket = _bucket, Key = request.Key };
        var result = await Answer("HeadObject", () => _client.HeadObjectAsync(head, null, cancellationToken));
        var length = result.ContentLength ?? throw new InvalidDataException("No length.");
        return new HeadObjectResult(length, Crc(result.HashCrc64), result.ObjectType)
        {
            IsSealed = result.Headers.ContainsKey("x-oss-sealed-time"),
        };
    }

    public async Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken)
    {
        var get = new V2.GetObjectRequest { Bucket = _bucket, Key = request.Key };
        if (request.Range is { } range)
        {
            get.Range = string.Create(CultureInfo.InvariantCulture, $"bytes={range.Start}-{range.Start + range.Length - 1}");
            get.RangeBehavior = "standard";
        }

        var result = await Answer("GetObject", () => _client.GetObjectAsync(get, null, cancellationToken));
        return new GetObjectResult(result.Body ?? Stream.Null, Part(result.ContentRange));   // what the service says it sent
    }

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) =>
        throw new NotSupportedException();                                           // one report, and objects stay unsealed

    public void Dispose() => _client.Dispose();

    // Every refusal of the service, in the words of the seam; anything else goes on as it is, and counts as unanswered.
    private static async Task<T> Answer<T>(string operation, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (OperationException e) when (e.InnerException is ServiceException refusal)
        {
            // A HEAD has no body to read a code from, unless the service repeats it in the header x-oss-err.
            var isAbsent = operation == "HeadObject" && refusal.StatusCode == 404 && refusal.ErrorCode is "" or "BadErrorResponse";
            var code = isAbsent ? "NoSuchKey" : refusal.ErrorCode.Length == 0 ? null : refusal.ErrorCode;   // rule 4
            throw new OssException((HttpStatusCode)refusal.StatusCode, code, refusal.ErrorMessage)
            {
                Operation = operation,
                Ec = refusal.Ec,
                RequestId = refusal.RequestId,
            };
        }
    }

    private static byte[] Bytes(AppendObjectRequest request)
    {
        var bytes = new byte[request.Body.Length];
        var length = 0;
        foreach (var part in request.Body)
        {
            part.CopyTo(bytes.AsMemory(length));
            length += part.Length;
        }

        return bytes;
    }

    private static ulong? Crc(string? text) => ulong.TryParse(text, CultureInfo.InvariantCulture, out var crc) ? crc : null;

    // "bytes 100-199/5000"
    private static OssByteRange? Part(string? contentRange)
    {
        var bounds = contentRange?.Replace("bytes ", "", StringComparison.Ordinal).Split('-', '/');
        if (bounds is not [var first, var last, ..])
            return null;

        var start = long.Parse(first, CultureInfo.InvariantCulture);
        return new OssByteRange(start, long.Parse(last, CultureInfo.InvariantCulture) - start + 1);
    }
}
