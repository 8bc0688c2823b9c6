using System.Globalization;
using Aliyun.OSS.Common;
using Aliyun.OSS.Common.Authentication;
using OssLogSinks.OfficialSdk.StandIns;

namespace Aliyun.OSS;

/// <summary>
/// As observed with the HttpClient transport: synchronous calls that do not repeat; a refusal with a document has a code and no status, one
/// without is an <see cref="HttpRequestException"/> with a status, and no answer an <see cref="AggregateException"/>. The other transport
/// is here as far as it repeats appends after a 500 or 503 without a document.
/// </summary>
public class OssClient
{
    private readonly string _endpoint;
    private readonly ICredentialsProvider _credentials;
    private readonly ClientConfiguration _configuration;
    private readonly HttpClient _http;
    private string _region = "";

    public OssClient(string endpoint, ICredentialsProvider credsProvider, ClientConfiguration configuration)
    {
        _endpoint = endpoint;
        _credentials = credsProvider;
        _configuration = configuration;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            Timeout = configuration.ConnectionTimeout < 0 ? TimeSpan.FromDays(1) : TimeSpan.FromMilliseconds(configuration.ConnectionTimeout),
        };
    }

    public void SetRegion(string region) => _region = region;

    public AppendObjectResult AppendObject(AppendObjectRequest request)
    {
        var wire = new WireRequest(HttpMethod.Post, request.BucketName, request.Key) { Body = request.Content };
        wire.Query["append"] = "";
        wire.Query["position"] = request.Position.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in request.ObjectMetadata!.HttpMetadata)
            wire.Headers[name.ToLowerInvariant()] = (string)value;
        foreach (var (name, value) in request.ObjectMetadata.UserMetadata)
            wire.Headers["x-oss-meta-" + name] = value;
        wire.Headers.TryAdd("content-type", "application/octet-stream");
        using var response = Send(wire);
        return Fill(
            new AppendObjectResult
            {
                ETag = Header(response, "ETag")?.Trim('"'),
                NextAppendPosition = long.TryParse(Header(response, "x-oss-next-append-position"), CultureInfo.InvariantCulture, out var next) ? next : 0,
                HashCrc64Ecma = ulong.TryParse(Header(response, "x-oss-hash-crc64ecma"), CultureInfo.InvariantCulture, out var crc) ? crc : 0,
            },
            response);
    }

    public ObjectMetadata GetObjectMetadata(string bucketName, string key)
    {
        using var response = Send(new WireRequest(HttpMethod.Head, bucketName, key));
        return MetadataOf(response);
    }

    public OssObject GetObject(GetObjectRequest getObjectRequest)
    {
        var wire = new WireRequest(HttpMethod.Get, getObjectRequest.BucketName, getObjectRequest.Key);
        wire.Set("range", getObjectRequest.Range);
        var response = Send(wire);
        return Fill(new OssObject(response, response.Content.ReadAsStreamAsync().Result) { Metadata = MetadataOf(response) }, response);
    }

    private HttpResponseMessage Send(WireRequest request)
    {
        var repeats = _configuration.UseNewServiceClient ? 0 : _configuration.MaxErrorRetry + 1;
        while (true)
        {
            var credentials = _credentials.GetCredentials();
            var region = _configuration.SignatureVersion == SignatureVersion.V4 ? _region : "";
            using var message = Wire.Sign(_endpoint, request, new WireKey(region, credentials.AccessKeyId, credentials.AccessKeySecret, credentials.SecurityToken));

            // The result of a task gives its failure within an AggregateException.
            var response = _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead).Result;
            if (response.IsSuccessStatusCode)
                return response;

            using (response)
            {
                var fields = Wire.ErrorFields(response.Content.ReadAsStringAsync().Result);
                if (fields is not null)
                    throw new OssException(fields.GetValueOrDefault("Message", "")) { ErrorCode = fields.GetValueOrDefault("Code"), RequestId = fields.GetValueOrDefault("RequestId"), HostId = fields.GetValueOrDefault("HostId") };
                if (repeats-- <= 0 || (int)response.StatusCode is not (500 or 503))
                    throw new HttpRequestException("The answer has no error document.", null, response.StatusCode);
            }

            request.Body?.Seek(0, SeekOrigin.Begin);
        }
    }

    private static T Fill<T>(T result, HttpResponseMessage response)
        where T : GenericResult
    {
        result.HttpStatusCode = response.StatusCode;
        result.RequestId = Header(response, "x-oss-request-id");
        return result;
    }

    private static ObjectMetadata MetadataOf(HttpResponseMessage response)
    {
        const string Prefix = "x-oss-meta-";
        var metadata = new ObjectMetadata();
        foreach (var (name, value) in Wire.HeadersOf(response))
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                metadata.UserMetadata[name[Prefix.Length..].ToLowerInvariant()] = value;
            else if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                metadata.ContentLength = long.Parse(value, CultureInfo.InvariantCulture);
            else
                metadata.HttpMetadata[name] = value;
        }

        return metadata;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        Wire.HeadersOf(response).FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
