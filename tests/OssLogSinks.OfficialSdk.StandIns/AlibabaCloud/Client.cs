using System.Globalization;
using System.Text;
using AlibabaCloud.OSS.V2.Models;
using OssLogSinks.OfficialSdk.StandIns;

namespace AlibabaCloud.OSS.V2;

/// <summary>
/// As observed: three attempts unless told otherwise, appends too; each failure within an <see cref="OperationException"/>; an answer without an
/// error document has the code BadErrorResponse.
/// </summary>
public sealed class Client : IDisposable
{
    private const int UsualAttempts = 3;

    private readonly Configuration _configuration;
    private readonly HttpClient _http;

    public Client(Configuration configuration)
    {
        _configuration = configuration;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = configuration.EnabledRedirect == true }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, OperationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var wire = new WireRequest(HttpMethod.Post, request.Bucket!, request.Key!) { Body = request.Body };
        wire.Query["append"] = "";
        wire.Query["position"] = request.Position!.Value.ToString(CultureInfo.InvariantCulture);
        wire.Set("x-oss-object-acl", request.Acl);
        wire.Set("x-oss-storage-class", request.StorageClass);
        wire.Set("x-oss-server-side-encryption", request.ServerSideEncryption);
        wire.Set("x-oss-tagging", request.Tagging);
        wire.Set("cache-control", request.CacheControl);
        wire.Set("content-disposition", request.ContentDisposition);
        wire.Set("content-encoding", request.ContentEncoding);
        wire.Set("content-md5", request.ContentMd5);
        wire.Set("content-type", request.ContentType);
        wire.Set("expires", request.Expires);
        if (request.Metadata is { Count: > 0 } && wire.Headers.Count == 0)
            throw new InvalidOperationException("The SDK has a NullReferenceException here: metadata without any other header.");

        foreach (var (name, value) in request.Metadata ?? new Dictionary<string, string>())
            wire.Headers["x-oss-meta-" + name] = value;
        wire.Headers.TryAdd("content-type", "application/octet-stream");
        using var response = await SendAsync("AppendObject", wire, options, cancellationToken);
        return Fill(new AppendObjectResult(), response);
    }

    public async Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, OperationOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync("HeadObject", new WireRequest(HttpMethod.Head, request.Bucket!, request.Key!), options, cancellationToken);
        return Fill(new HeadObjectResult(), response);
    }

    public async Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, OperationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var wire = new WireRequest(HttpMethod.Get, request.Bucket!, request.Key!);
        wire.Set("range", request.Range);
        wire.Set("x-oss-range-behavior", request.RangeBehavior);
        var response = await SendAsync("GetObject", wire, options, cancellationToken);
        var result = Fill(new GetObjectResult(), response);
        result.Body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return result;
    }

    public async Task<OperationOutput> InvokeOperationAsync(OperationInput input, OperationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var wire = new WireRequest(new HttpMethod(input.Method!), input.Bucket!, input.Key!);
        foreach (var (name, value) in input.Parameters!)
            wire.Query[name] = value;
        using var response = await SendAsync(input.OperationName!, wire, options, cancellationToken);
        return new OperationOutput { Headers = HeadersOf(response) };
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string operation, WireRequest request, OperationOptions? options, CancellationToken cancellationToken)
    {
        var attempts = options?.RetryMaxAttempts ?? _configuration.RetryMaxAttempts ?? UsualAttempts;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                request.Body?.Seek(0, SeekOrigin.Begin);
                return await AttemptAsync(request, options?.ReadWriteTimeout ?? _configuration.ReadWriteTimeout ?? TimeSpan.FromSeconds(20), cancellationToken);
            }
            catch (Exception e) when (attempt >= attempts || !IsRepeated(e))
            {
                throw new OperationException(operation, e);
            }
            catch (Exception)
            {
                // The next attempt, without the SDK's pause.
            }
        }
    }

    private static bool IsRepeated(Exception error) => error is RequestFailedException or RequestTimeoutException
        or ServiceException { StatusCode: 401 or 408 or 429 or >= 500 } or ServiceException { ErrorCode: "RequestTimeTooSkewed" or "BadRequest" };

    private async Task<HttpResponseMessage> AttemptAsync(WireRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var credentials = _configuration.CredentialsProvider!.GetCredentials();
        var key = new WireKey(_configuration.Region!, credentials.AccessKeyId, credentials.AccessKeySecret, credentials.SecurityToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            using var message = Wire.Sign(_configuration.Endpoint!, request, key);
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, deadline.Token);
        }
        catch (HttpRequestException e)
        {
            throw new RequestFailedException("The request failed.", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RequestTimeoutException("The time is over.", e);
        }
    }

    private static async Task<ServiceException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            var headers = HeadersOf(response);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (text.Length == 0 && headers.TryGetValue("x-oss-err", out var inHeader))
                text = Encoding.UTF8.GetString(Convert.FromBase64String(inHeader));
            var fields = Wire.ErrorFields(text);
            var details = new Dictionary<string, string>
            {
                ["Code"] = fields?.GetValueOrDefault("Code") ?? "BadErrorResponse",
                ["Message"] = fields?.GetValueOrDefault("Message") ?? text[..Math.Min(256, text.Length)],
                ["Ec"] = headers.TryGetValue("x-oss-ec", out var ec) ? ec : fields?.GetValueOrDefault("EC") ?? "",
                ["RequestId"] = headers.TryGetValue("x-oss-request-id", out var id) ? id : fields?.GetValueOrDefault("RequestId") ?? "",
            };
            return new ServiceException((int)response.StatusCode, details, fields, headers);
        }
    }

    private static T Fill<T>(T result, HttpResponseMessage response)
        where T : ResultModel
    {
        result.StatusCode = (int)response.StatusCode;
        foreach (var (name, value) in Wire.HeadersOf(response))
            result.Headers[name] = value;
        return result;
    }

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response) => new(Wire.HeadersOf(response), StringComparer.OrdinalIgnoreCase);
}
