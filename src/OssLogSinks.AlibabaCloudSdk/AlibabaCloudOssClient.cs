using System.Globalization;
using System.Net;
using AlibabaCloud.OSS.V2;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.SdkAdapters;
using V2 = AlibabaCloud.OSS.V2.Models;

namespace OssLogSinks.AlibabaCloudSdk;

/// <summary>
/// One bucket over a client of <c>AlibabaCloud.OSS.V2</c>. <see cref="AlibabaCloudSdk.Client"/> makes it. No call is repeated, except once after
/// OSS has refused the credentials.
/// </summary>
public sealed class AlibabaCloudOssClient : IOssClient, IDisposable
{
    private readonly Client _client;
    private readonly string _bucket;
    private readonly CallCredentials _credentials;

    // Passed with each call, where they override the client's configuration.
    private readonly OperationOptions _once;

    internal AlibabaCloudOssClient(Client client, SdkSettings settings)
    {
        _client = client;
        _bucket = settings.Bucket;
        _credentials = settings.Credentials;
        _once = new OperationOptions { RetryMaxAttempts = 1, ReadWriteTimeout = settings.RequestTimeout };
    }

    /// <inheritdoc />
    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync("AppendObject", async () =>
        {
            var body = new AppendStream(request.Body);
            try
            {
                var result = await _client.AppendObjectAsync(AppendOf(request, body), _once, cancellationToken).ConfigureAwait(false);
                var next = result.NextAppendPosition ?? throw new OssException("AppendObject was answered without the next position; it may have taken effect.");
                return new AppendObjectResult(next, SdkHeaders.Crc64Of(result.HashCrc64), Header(result.Headers, "ETag"), SdkHeaders.Given(result.RequestId));
            }
            finally
            {
                // A call that was cancelled may still be sending, and the caller uses the memory for other bytes.
                body.GiveUp();
            }
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync<HeadObjectResult?>("HeadObject", async () =>
        {
            var head = new V2.HeadObjectRequest { Bucket = _bucket, Key = request.Key };
            var result = await _client.HeadObjectAsync(head, _once, cancellationToken).ConfigureAwait(false);
            var length = result.ContentLength ?? throw new OssException("HeadObject was answered without the object's length.");
            return new HeadObjectResult(length, SdkHeaders.Crc64Of(result.HashCrc64), result.ObjectType)
            {
                IsSealed = Header(result.Headers, "x-oss-sealed-time") is not null,
                ETag = result.ETag,
                ContentType = result.ContentType,
                ContentEncoding = Header(result.Headers, "Content-Encoding"),
                LastModified = SdkHeaders.TimeOf(result.LastModified),
                StorageClass = result.StorageClass,
                Metadata = SdkHeaders.Metadata(result.Metadata),
                RequestId = SdkHeaders.Given(result.RequestId),
            };
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var get = new V2.GetObjectRequest { Bucket = _bucket, Key = request.Key };
        if (request.Range is { } range)
        {
            get.Range = string.Create(CultureInfo.InvariantCulture, $"bytes={range.Start}-{range.Start + range.Length - 1}");
            get.RangeBehavior = "standard";
        }

        return CallAsync("GetObject", async () =>
        {
            var result = await _client.GetObjectAsync(get, _once, cancellationToken).ConfigureAwait(false);
            return new GetObjectResult(result.Body ?? Stream.Null, result.StatusCode == 206 ? SdkHeaders.RangeOf(result.ContentRange) : null)
            {
                Crc64 = SdkHeaders.Crc64Of(result.HashCrc64),
                ContentEncoding = Header(result.Headers, "Content-Encoding"),
                RequestId = SdkHeaders.Given(result.RequestId),
            };
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) =>
        CallAsync("SealAppendObject", async () =>
        {
            // The SDK has no such operation, but sends and signs any that it is given.
            var input = new OperationInput
            {
                OperationName = "SealAppendObject",
                Method = "POST",
                Bucket = _bucket,
                Key = key,
                Parameters = new Dictionary<string, string> { ["seal"] = "", ["position"] = position.ToString(CultureInfo.InvariantCulture) },
            };
            var output = await _client.InvokeOperationAsync(input, _once, cancellationToken).ConfigureAwait(false);
            return new SealObjectResult(SdkHeaders.TimeOf(Header(output.Headers, "x-oss-sealed-time")), Header(output.Headers, "x-oss-request-id"));
        }, cancellationToken);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private V2.AppendObjectRequest AppendOf(AppendObjectRequest request, AppendStream body)
    {
        var append = new V2.AppendObjectRequest
        {
            Bucket = _bucket,
            Key = request.Key,
            Position = request.Position,
            Body = body,
        };
        if (request.SendContentMd5)
            append.ContentMd5 = SdkHeaders.Md5Of(request.Body);
        if (request.Position > 0 || request.Properties is not { } properties)
            return append;

        // Always a content type: with metadata and no header property the SDK fails before it sends.
        append.ContentType = SdkHeaders.ContentTypeOf(properties);
        append.ContentEncoding = properties.ContentEncoding;
        append.ContentDisposition = properties.ContentDisposition;
        append.CacheControl = properties.CacheControl;
        append.Expires = SdkHeaders.ExpiresOf(properties);
        append.Acl = SdkHeaders.NameOf(properties.Acl);
        append.StorageClass = SdkHeaders.NameOf(properties.StorageClass);
        append.ServerSideEncryption = SdkHeaders.NameOf(properties.ServerSideEncryption);
        append.Tagging = SdkHeaders.TaggingOf(properties);
        append.Metadata = SdkHeaders.Metadata(properties.Metadata);
        return append;
    }

    private Task<T> CallAsync<T>(string operation, Func<Task<T>> call, CancellationToken cancellationToken) => _credentials.CallAsync(
        async () =>
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (OperationException e) when (e.InnerException is ServiceException refusal)
            {
                if (refusal.ErrorCode == "RequestTimeTooSkewed" && SdkHeaders.TimeOf(Header(refusal.Headers, "Date")) is { } time)
                    _credentials.SetServiceTime(time);
                throw Refusal(operation, refusal);
            }
            catch (OperationException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (OperationException e)
            {
                // The message of the SDK's exception contains the stack trace and addresses, so it is not used.
                throw new OssException($"{operation} got no usable answer ({(e.InnerException ?? e).GetType().Name}); it may have taken effect.", e.InnerException ?? e);
            }
        },
        cancellationToken);

    private static OssException Refusal(string operation, ServiceException refusal)
    {
        // BadErrorResponse is the SDK's name for an answer without an error document, such as a gateway's page. It is no code of OSS.
        var code = refusal.ErrorCode is "" or "BadErrorResponse" ? null : refusal.ErrorCode;
        var status = refusal.StatusCode.ToString(CultureInfo.InvariantCulture);
        return new OssException((HttpStatusCode)refusal.StatusCode, code, $"OSS refused {operation} with status {status}{(code is null ? "" : " " + code)}.")
        {
            Operation = operation,
            Ec = SdkHeaders.Given(refusal.Ec),
            RequestId = SdkHeaders.Given(refusal.RequestId),
            HostId = refusal.ErrorFields.TryGetValue("HostId", out var host) ? host : null,
            SuggestedEndpoint = refusal.ErrorFields.TryGetValue("Endpoint", out var endpoint) ? endpoint : null,
            NextPosition = long.TryParse(Header(refusal.Headers, "x-oss-next-append-position"), NumberStyles.None, CultureInfo.InvariantCulture, out var next) ? next : null,
            RetryAfter = int.TryParse(Header(refusal.Headers, "Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static string? Header(IDictionary<string, string>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) ? SdkHeaders.Given(value) : null;
}
