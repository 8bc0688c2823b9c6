using System.Buffers;
using System.Globalization;
using AlibabaCloud.OSS.V2.Models;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using Own = OssLogSinks.Core.Client;

namespace AlibabaCloud.OSS.V2;

/// <summary>
/// What the SDK's client does as its sources say: three attempts unless told otherwise, refusals as a <see cref="ServiceException"/>
/// within an <see cref="OperationException"/>, a HEAD of nothing as BadErrorResponse. The requests are sent by this project's client.
/// </summary>
public sealed class Client : IDisposable
{
    private const int UsualAttempts = 3;

    private readonly OssClientOptions _options;
    private readonly int _attempts;
    private readonly Dictionary<string, OssClient> _clients = [];

    public Client(Configuration configuration)
    {
        var (id, secret) = configuration.CredentialsProvider!.GetCredentials();
        _options = new OssClientOptions
        {
            Region = configuration.Region,
            Endpoint = configuration.Endpoint,
            Credentials = new StaticCredentialsProvider(id, secret),
        };
        _attempts = configuration.RetryMaxAttempts ?? UsualAttempts;
    }

    public Task<Models.AppendObjectResult> AppendObjectAsync(Models.AppendObjectRequest request, OperationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var body = new MemoryStream();
        request.Body!.CopyTo(body);
        return CallAsync("AppendObject", async () =>
        {
            var answer = await Bucket(request.Bucket!).AppendObjectAsync(
                new Own.AppendObjectRequest(request.Key!, request.Position!.Value, new ReadOnlySequence<byte>(body.ToArray()))
                {
                    Properties = request.ContentType is { } type ? new OssObjectProperties { ContentType = type } : null,
                },
                cancellationToken);
            var result = new Models.AppendObjectResult();
            Set(result, "x-oss-next-append-position", answer.NextPosition);
            Set(result, "x-oss-hash-crc64ecma", answer.Crc64);
            Set(result, "x-oss-request-id", answer.RequestId);
            return result;
        });
    }

    public Task<Models.HeadObjectResult> HeadObjectAsync(Models.HeadObjectRequest request, OperationOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync("HeadObject", async () =>
        {
            var answer = await Bucket(request.Bucket!).HeadObjectAsync(new Own.HeadObjectRequest(request.Key!), cancellationToken)
                ?? throw new Own.Errors.OssException(System.Net.HttpStatusCode.NotFound, "NoSuchKey", "The object does not exist.") { RequestId = "5C3D8D2A0ACA54D87B430000" };
            var result = new Models.HeadObjectResult();
            Set(result, "Content-Length", answer.Length);
            Set(result, "x-oss-hash-crc64ecma", answer.Crc64);
            Set(result, "x-oss-object-type", answer.ObjectType);
            if (answer.IsSealed)
                Set(result, "x-oss-sealed-time", "Sun, 22 Nov 2026 00:00:00 GMT");
            return result;
        });

    public Task<Models.GetObjectResult> GetObjectAsync(Models.GetObjectRequest request, OperationOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync("GetObject", async () =>
        {
            var bounds = request.Range?["bytes=".Length..].Split('-').Select(b => long.Parse(b, CultureInfo.InvariantCulture)).ToArray();
            var answer = await Bucket(request.Bucket!).GetObjectAsync(
                new Own.GetObjectRequest(request.Key!) { Range = bounds is null ? null : new OssByteRange(bounds[0], bounds[1] - bounds[0] + 1) }, cancellationToken);
            var result = new Models.GetObjectResult { Body = answer.Content };
            if (answer.ContentRange is { } part)
                Set(result, "Content-Range", $"bytes {part.Start}-{part.Start + part.Length - 1}/*");
            return result;
        });

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private async Task<T> CallAsync<T>(string name, Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (OssException e) when (attempt < _attempts && (int)e.StatusCode is 0 or 401 or 408 or 429 or >= 500)
            {
                // The next attempt.
            }
            catch (OssException e)
            {
                var isAbsent = name == "HeadObject" && (int)e.StatusCode == 404;
                throw new OperationException(name, e.StatusCode == 0
                    ? new IOException(e.Message)
                    : new ServiceException((int)e.StatusCode, isAbsent ? "BadErrorResponse" : e.Code ?? "", e.Message, e.RequestId ?? ""));
            }
        }
    }

    private OssClient Bucket(string bucket)
    {
        lock (_clients)
        {
            if (!_clients.TryGetValue(bucket, out var client))
            {
                _options.Bucket = bucket;
                _clients.Add(bucket, client = new OssClient(_options));
            }

            return client;
        }
    }

    private static void Set(ResultModel result, string header, object? value)
    {
        if (value is not null)
            result.Headers[header] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }
}
