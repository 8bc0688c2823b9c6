using System.Security.Cryptography;
using System.Text;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>Computes OSS4-HMAC-SHA256 signatures from the received request, to compare them with the client's.</summary>
internal static class V4Signature
{
    public static string CanonicalRequest(OssRequest request, SignatureClaim claim, bool queryAsReceived = false)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n');
        text.Append(PercentEncoding.EncodePath(Resource(request))).Append('\n');
        AppendQuery(text, request.Query, queryAsReceived);
        text.Append('\n');
        AppendHeaders(text, request, claim.AdditionalHeaders);
        text.Append('\n');
        text.AppendJoin(';', claim.AdditionalHeaders.Where(name => !IsDefault(name) && request.Headers.ContainsKey(name))).Append('\n');
        return text.Append(V4Claims.Payload).ToString();
    }

    public static string StringToSign(string canonicalRequest, SignatureClaim claim)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalRequest)));
        return $"{V4Claims.Algorithm}\n{claim.DateText}\n{claim.Scope}\n{hash}";
    }

    public static string Sign(string stringToSign, byte[] signingKey) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(stringToSign)));

    public static byte[] SigningKey(string secret, CredentialScope scope)
    {
        var key = Encoding.UTF8.GetBytes("aliyun_v4" + secret);
        foreach (var part in (ReadOnlySpan<string>)[scope.Date, scope.Region, scope.Product, CredentialScope.Terminator])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));

        return key;
    }

    /// <summary>The resource in both signature versions, for every addressing style; not encoded.</summary>
    public static string Resource(OssRequest request) => request.Bucket is null ? "/" : $"/{request.Bucket}/{request.Key}";

    private static void AppendQuery(StringBuilder text, QueryParameters query, bool asReceived)
    {
        var items = new List<(string Name, string Value)>(query.All.Count);
        foreach (var parameter in query.All)
        {
            if (parameter.Name != "x-oss-signature")
            {
                items.Add(asReceived
                    ? (parameter.RawName, parameter.RawValue)
                    : (PercentEncoding.Encode(parameter.Name), PercentEncoding.Encode(parameter.Value)));
            }
        }

        items.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : string.CompareOrdinal(a.Value, b.Value));
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : "&").Append(items[i].Name);
            if (items[i].Value.Length > 0)
                text.Append('=').Append(items[i].Value);
        }
    }

    private static void AppendHeaders(StringBuilder text, OssRequest request, IReadOnlyList<string> additional)
    {
        var signed = new List<(string Name, string Value)>();
        foreach (var (header, values) in request.Headers)
        {
            var name = header.ToLowerInvariant();
            if (IsDefault(name) || additional.Contains(name))
                signed.Add((name, string.Join(',', values.Select(value => value?.Trim()))));
        }

        signed.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var (name, value) in signed)
            text.Append(name).Append(':').Append(value).Append('\n');
    }

    private static bool IsDefault(string name) =>
        name is "content-type" or "content-md5" || name.StartsWith("x-oss-", StringComparison.Ordinal);
}
