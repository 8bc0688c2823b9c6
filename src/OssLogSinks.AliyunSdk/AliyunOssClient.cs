using System.Net;
using Aliyun.OSS;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.SdkAdapters;
using AppendObjectRequest = OssLogSinks.Core.Client.AppendObjectRequest;
using AppendObjectResult = OssLogSinks.Core.Client.AppendObjectResult;
using GetObjectRequest = OssLogSinks.Core.Client.GetObjectRequest;
using V1 = Aliyun.OSS;

namespace OssLogSinks.AliyunSdk;

/// <summary>
/// One bucket over a client of <c>Aliyun.OSS.SDK.NetCore</c>. <see cref="AliyunSdk.Client"/> makes it. Each call is the SDK's synchronous one on
/// a thread of its own; the pairs of Begin and End lose answers. No call is repeated, except once after OSS has refused the credentials.
/// </summary>
public sealed class AliyunOssClient : IOssClient
{
    private readonly V1.OssClient _client;
    private readonly string _bucket;
    private readonly CallCredentials _credentials;
    private readonly TimeSpan _timeout;

    internal AliyunOssClient(V1.OssClient client, SdkSettings settings)
    {
        _client = client;
        _bucket = settings.Bucket;
        _credentials = settings.Credentials;
        _timeout = settings.RequestTimeout;
    }

    /// <inheritdoc />
    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _credentials.CallAsync(() => AppendOnceAsync(request, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync<ObjectMetadata, HeadObjectResult?>("HeadObject", () => _client.GetObjectMetadata(_bucket, request.Key), Read, cancellationToken);
    }

    /// <inheritdoc />
    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync("GetObject", () => _client.GetObject(GetOf(request)), Read, cancellationToken);
    }

    /// <summary>Fails: the SDK has no SealAppendObject, and no call for operations that it does not know. The appender reports it once.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) =>
        Task.FromException<SealObjectResult>(new NotSupportedException("Aliyun.OSS.SDK.NetCore has no SealAppendObject."));

    private async Task<AppendObjectResult> AppendOnceAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        var body = new AppendStream(request.Body);
        try
        {
            return await AnswerAsync("AppendObject", () => _client.AppendObject(AppendOf(request, body)), result => Read(result, request.Body.Length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A call that was given up may still run, and the caller uses the memory for other bytes.
            body.GiveUp();
        }
    }

    private V1.AppendObjectRequest AppendOf(AppendObjectRequest request, AppendStream body)
    {
        var metadata = new ObjectMetadata();
        if (request.SendContentMd5)
            metadata.ContentMd5 = SdkHeaders.Md5Of(request.Body);
        if (request.Position == 0 && request.Properties is { } properties)
            Describe(metadata, properties);

        return new V1.AppendObjectRequest(_bucket, request.Key) { Position = request.Position, Content = body, ObjectMetadata = metadata };
    }

    private V1.GetObjectRequest GetOf(GetObjectRequest request)
    {
        var get = new V1.GetObjectRequest(_bucket, request.Key);
        if (request.Range is { } range)
            get.SetRange(range.Start, range.Start + range.Length - 1);

        return get;
    }

    private static void Describe(ObjectMetadata metadata, OssObjectProperties properties)
    {
        metadata.ContentType = SdkHeaders.ContentTypeOf(properties);
        metadata.ContentEncoding = properties.ContentEncoding;
        metadata.ContentDisposition = properties.ContentDisposition;
        metadata.CacheControl = properties.CacheControl;

        // The SDK does not send its own property for Expires.
        Add("Expires", SdkHeaders.ExpiresOf(properties));
        Add("x-oss-object-acl", SdkHeaders.NameOf(properties.Acl));
        Add("x-oss-storage-class", SdkHeaders.NameOf(properties.StorageClass));

        // The SDK's property takes AES256 only.
        Add("x-oss-server-side-encryption", SdkHeaders.NameOf(properties.ServerSideEncryption));
        Add("x-oss-tagging", SdkHeaders.TaggingOf(properties));
        foreach (var entry in SdkHeaders.Metadata(properties.Metadata))
            metadata.UserMetadata[entry.Key] = entry.Value;

        void Add(string header, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                metadata.AddHeader(header, value);
        }
    }

    // The SDK leaves a zero for a header that it does not find.
    private static AppendObjectResult Read(V1.AppendObjectResult result, long length)
    {
        RequireSuccess("AppendObject", result.HttpStatusCode);
        return result.NextAppendPosition == 0 && length > 0
            ? throw new OssException("AppendObject was answered without the next position; it may have taken effect.")
            : new AppendObjectResult(result.NextAppendPosition, result.HashCrc64Ecma == 0 ? null : result.HashCrc64Ecma, result.ETag, SdkHeaders.Given(result.RequestId));
    }

    private static HeadObjectResult Read(ObjectMetadata head)
    {
        if (head.ContentLength < 0)
            throw new OssException("HeadObject was answered without the object's length.");

        return new HeadObjectResult(head.ContentLength, SdkHeaders.Crc64Of(head.Crc64), head.ObjectType)
        {
            IsSealed = Text(head, "x-oss-sealed-time") is not null,
            ETag = head.ETag,
            ContentType = head.ContentType,
            ContentEncoding = head.ContentEncoding,
            LastModified = head.LastModified == DateTime.MinValue ? null : new DateTimeOffset(head.LastModified.ToUniversalTime()),
            StorageClass = Text(head, "x-oss-storage-class"),
            Metadata = SdkHeaders.Metadata(head.UserMetadata),
            RequestId = Text(head, "x-oss-request-id"),
        };
    }

    private static GetObjectResult Read(OssObject answer)
    {
        try
        {
            RequireSuccess("GetObject", answer.HttpStatusCode);

            // A range beyond the end is answered with the whole object, so only the answer says what the body holds.
            var part = answer.HttpStatusCode == HttpStatusCode.PartialContent ? SdkHeaders.RangeOf(Text(answer.Metadata, "Content-Range")) : null;
            return new GetObjectResult(answer.Content, part, answer)
            {
                Crc64 = SdkHeaders.Crc64Of(answer.Metadata.Crc64),
                ContentEncoding = answer.Metadata.ContentEncoding,
                RequestId = SdkHeaders.Given(answer.RequestId),
            };
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static void RequireSuccess(string operation, HttpStatusCode status)
    {
        if ((int)status / 100 != 2)
            throw SdkFailures.Codeless(operation, status);
    }

    private static string? Text(ObjectMetadata metadata, string name) => metadata.HttpMetadata.TryGetValue(name, out var value) ? SdkHeaders.Given(value as string) : null;

    private Task<TOut> CallAsync<TIn, TOut>(string operation, Func<TIn> call, Func<TIn, TOut> read, CancellationToken cancellationToken) =>
        _credentials.CallAsync(() => AnswerAsync(operation, call, read, cancellationToken), cancellationToken);

    private async Task<TOut> AnswerAsync<TIn, TOut>(string operation, Func<TIn> call, Func<TIn, TOut> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Not a thread of the pool: the call blocks it, and needs others of the pool to end.
        var running = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        try
        {
            return read(await running.WaitAsync(_timeout, TimeProvider.System, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (!running.IsFaulted && e is TimeoutException or OperationCanceledException)
        {
            // The SDK cannot cancel a call. It may still run, or have just ended; its answer is disposed in both cases.
            PutAwayLater(running);
            cancellationToken.ThrowIfCancellationRequested();
            throw new OssException($"{operation} got no answer in time; it may have taken effect.", e);
        }
        catch (Exception e)
        {
            _ = running.Exception;
            throw SdkFailures.Translate(operation, e);
        }
    }

    private static void PutAwayLater<T>(Task<T> running) => _ = running.ContinueWith(
        static late =>
        {
            if (late.IsCompletedSuccessfully)
                (late.Result as IDisposable)?.Dispose();
            else
                _ = late.Exception;
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
