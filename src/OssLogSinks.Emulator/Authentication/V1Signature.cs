using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>The V1 signature, HMAC-SHA1. It covers the x-oss- headers, the resource and the sub-resources, all unencoded.</summary>
internal static class V1Signature
{
    // Every sub-resource that one of the SDKs signs.
    private static readonly FrozenSet<string> SubResources = new[]
    {
        "acl", "append", "asyncFetch", "bucketInfo", "callback", "callback-var", "cloudboxes", "comp", "continuation-token", "cors", "delete",
        "encryption", "endTime", "inventory", "inventoryId", "lifecycle", "live", "location", "logging", "objectMeta", "partNumber",
        "policy", "position", "qos", "referer", "regionList", "requestPayment", "resourceGroup", "response-cache-control",
        "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
        "response-expires", "restore", "seal", "security-token", "sequential", "startTime", "stat", "status", "symlink", "tagging",
        "uploadId", "uploads", "versionId", "versioning", "versions", "vod", "website", "worm", "wormExtend", "wormId",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static string StringToSign(OssRequest request, string dateText)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n');
        text.Append(request.Header("Content-MD5")).Append('\n');
        text.Append(request.Header("Content-Type")).Append('\n');
        text.Append(dateText).Append('\n');
        AppendHeaders(text, request);
        text.Append(V4Signature.Resource(request));
        AppendSubResources(text, request.Query);
        return text.ToString();
    }

    public static string Sign(string stringToSign, string secret) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(stringToSign)));

    private static void AppendHeaders(StringBuilder text, OssRequest request)
    {
        var signed = request.Headers
            .Where(header => header.Key.StartsWith("x-oss-", StringComparison.OrdinalIgnoreCase))
            .Select(header => (Name: header.Key.ToLowerInvariant(), Value: header.Value.ToString().Trim()))
            .OrderBy(header => header.Name, StringComparer.Ordinal);
        foreach (var (name, value) in signed)
            text.Append(name).Append(':').Append(value).Append('\n');
    }

    private static void AppendSubResources(StringBuilder text, QueryParameters query)
    {
        var separator = '?';
        var signed = query.All.Where(parameter => SubResources.Contains(parameter.Name) || parameter.Name.StartsWith("x-oss-", StringComparison.Ordinal));
        foreach (var parameter in signed.OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            text.Append(separator).Append(parameter.Name);
            if (parameter.Value.Length > 0)
                text.Append('=').Append(parameter.Value);

            separator = '&';
        }
    }
}
