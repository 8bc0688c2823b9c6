using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace OssLogSinks.OfficialSdk.StandIns;

/// <summary>A request before it is signed.</summary>
internal sealed record WireRequest(HttpMethod Method, string Bucket, string Key)
{
    public SortedDictionary<string, string> Query { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    public Stream? Body { get; init; }

    public void Set(string header, string? value)
    {
        if (value is not null)
            Headers[header] = value;
    }
}

/// <summary>What a request is signed with.</summary>
internal sealed record WireKey(string Region, string Id, string Secret, string? Token);

/// <summary>Signs requests as V4 does, and reads what the SDKs read of an answer.</summary>
internal static class Wire
{
    private static readonly string[] ContentHeaders = ["content-type", "content-md5", "content-encoding", "content-disposition", "expires"];

    public static HttpRequestMessage Sign(string endpoint, WireRequest request, WireKey key)
    {
        var stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers["x-oss-date"] = stamp;
        request.Headers["x-oss-content-sha256"] = "UNSIGNED-PAYLOAD";
        if (!string.IsNullOrEmpty(key.Token))
            request.Headers["x-oss-security-token"] = key.Token;

        var path = $"/{request.Bucket}/{string.Join('/', request.Key.Split('/').Select(Uri.EscapeDataString))}";
        var query = string.Join('&', request.Query.Select(p => Uri.EscapeDataString(p.Key) + (p.Value.Length == 0 ? "" : "=" + Uri.EscapeDataString(p.Value))));
        var signed = request.Headers.Where(h => h.Key is "content-type" or "content-md5" || h.Key.StartsWith("x-oss-", StringComparison.Ordinal));
        var canonical = $"{request.Method}\n{path}\n{query}\n{string.Concat(signed.Select(h => $"{h.Key}:{h.Value.Trim()}\n"))}\n\nUNSIGNED-PAYLOAD";
        var scope = $"{stamp[..8]}/{key.Region}/oss/aliyun_v4_request";
        var text = $"OSS4-HMAC-SHA256\n{stamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signingKey = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("aliyun_v4" + key.Secret), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(text)));

        var message = new HttpRequestMessage(request.Method, new Uri(endpoint.TrimEnd('/') + path + (query.Length == 0 ? "" : "?" + query)));
        message.Headers.TryAddWithoutValidation("Authorization", $"OSS4-HMAC-SHA256 Credential={key.Id}/{scope},Signature={signature}");
        AddHeaders(message, request);
        return message;
    }

    // The content type is sent as .NET writes it, and was signed as it was given.
    private static void AddHeaders(HttpRequestMessage message, WireRequest request)
    {
        if (request.Body is { } body)
            message.Content = new StreamContent(new Unclosed(body));
        foreach (var (name, value) in request.Headers)
        {
            if (name == "content-type")
                message.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else if (ContentHeaders.Contains(name))
                message.Content!.Headers.TryAddWithoutValidation(name, value);
            else
                message.Headers.TryAddWithoutValidation(name, value);
        }
    }

    public static IEnumerable<KeyValuePair<string, string>> HeadersOf(HttpResponseMessage response) =>
        response.Headers.Concat(response.Content.Headers).Select(h => KeyValuePair.Create(h.Key, string.Join(",", h.Value)));

    /// <summary>The fields of OSS's error document; null if it is none.</summary>
    public static Dictionary<string, string>? ErrorFields(string text)
    {
        try
        {
            var root = XDocument.Parse(text).Root;
            return root?.Name.LocalName == "Error" ? root.Elements().DistinctBy(e => e.Name.LocalName).ToDictionary(e => e.Name.LocalName, e => e.Value) : null;
        }
        catch (System.Xml.XmlException)
        {
            return null;
        }
    }

    // The SDKs leave the body to the caller.
    private sealed class Unclosed(Stream body) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => body.Length;

        public override long Position
        {
            get => body.Position;
            set => body.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => body.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => body.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => body.ReadAsync(buffer, offset, count, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => body.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
