using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OssLogSinks.Emulator.Tests.Wire;

/// <summary>A client's signer of its own, so that a mistake in the emulator's cannot hide.</summary>
internal sealed record TestSigner(string AccessKeyId, string Secret, string Region)
{
    public string? Token { get; init; }

    public string AdditionalHeaders { get; init; } = "";

    public string Separator { get; init; } = ",";

    public bool DateHeaderOnly { get; init; }

    public void SignV4(TestRequest request, DateTimeOffset now)
    {
        var date = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.TryAdd("x-oss-content-sha256", "UNSIGNED-PAYLOAD");
        request.Headers.TryAdd(DateHeaderOnly ? "Date" : "x-oss-date", DateHeaderOnly ? now.ToString("r", CultureInfo.InvariantCulture) : date);
        if (Token is not null)
            request.Headers["x-oss-security-token"] = Token;

        var scope = $"{date[..8]}/{Region}/oss/aliyun_v4_request";
        var signature = Signature(request, date, scope, Query(request.Query));
        var additional = AdditionalHeaders.Length == 0 ? "" : $"AdditionalHeaders={AdditionalHeaders}{Separator}";
        request.Headers["Authorization"] = $"OSS4-HMAC-SHA256 Credential={AccessKeyId}/{scope}{Separator}{additional}Signature={signature}";
    }

    public TestRequest PresignV4(TestRequest request, DateTimeOffset now, int seconds)
    {
        var date = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{date[..8]}/{Region}/oss/aliyun_v4_request";
        List<(string Name, string Value)> query =
        [
            .. request.Query, ("x-oss-signature-version", "OSS4-HMAC-SHA256"), ("x-oss-date", date), ("x-oss-expires", $"{seconds}"),
            ("x-oss-credential", $"{AccessKeyId}/{scope}"),
        ];
        query.Add(("x-oss-signature", Signature(request, date, scope, Query(query))));
        return request with { Query = query };
    }

    public void SignV1(TestRequest request, DateTimeOffset now, params string[] subResources)
    {
        var date = now.ToString("r", CultureInfo.InvariantCulture);
        request.Headers["Date"] = date;
        request.Headers["Authorization"] = $"OSS {AccessKeyId}:{V1Signature(request, date, subResources)}";
    }

    public TestRequest PresignV1(TestRequest request, DateTimeOffset expires, params string[] subResources)
    {
        var seconds = $"{expires.ToUnixTimeSeconds()}";
        return request with
        {
            Query = [.. request.Query, ("OSSAccessKeyId", AccessKeyId), ("Expires", seconds), ("Signature", V1Signature(request, seconds, subResources))],
        };
    }

    private string V1Signature(TestRequest request, string date, string[] subResources)
    {
        var headers = request.Headers.Where(h => h.Key.StartsWith("x-oss-", StringComparison.Ordinal)).OrderBy(h => h.Key, StringComparer.Ordinal);
        var signed = request.Query.Where(q => subResources.Contains(q.Name)).OrderBy(q => q.Name, StringComparer.Ordinal)
            .Select(q => q.Value.Length == 0 ? q.Name : $"{q.Name}={q.Value}").ToArray();
        var text = $"{request.Method}\n{request.Headers.GetValueOrDefault("Content-MD5")}\n{request.Headers.GetValueOrDefault("Content-Type")}\n{date}\n"
            + string.Concat(headers.Select(h => $"{h.Key}:{h.Value}\n"))
            + $"/{request.Bucket}/{request.Key}" + (signed.Length == 0 ? "" : "?" + string.Join('&', signed));
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(text)));
    }

    private string Signature(TestRequest request, string date, string scope, string query)
    {
        var additional = AdditionalHeaders.Split(';');
        var headers = request.Headers.Select(h => (Name: h.Key.ToLowerInvariant(), h.Value))
            .Where(h => h.Name.StartsWith("x-oss-", StringComparison.Ordinal) || h.Name is "content-type" or "content-md5" || additional.Contains(h.Name))
            .OrderBy(h => h.Name, StringComparer.Ordinal);
        var canonical = $"{request.Method}\n{request.Encoded}\n{query}\n{string.Concat(headers.Select(h => $"{h.Name}:{h.Value}\n"))}\n{AdditionalHeaders}\nUNSIGNED-PAYLOAD";
        var text = $"OSS4-HMAC-SHA256\n{date}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("aliyun_v4" + Secret), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    private static string Query(IEnumerable<(string Name, string Value)> query) => string.Join('&', query
        .Select(q => (Name: Uri.EscapeDataString(q.Name), Value: Uri.EscapeDataString(q.Value)))
        .OrderBy(q => q.Name, StringComparer.Ordinal)
        .Select(q => q.Value.Length == 0 ? q.Name : $"{q.Name}={q.Value}"));
}
