using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>
/// Signature V1 (HMAC-SHA1) in the Authorization header. Of headers and query it covers only Content-MD5, Content-Type, Date, <c>x-oss-</c>
/// headers and sub-resources.
/// </summary>
internal sealed class OssV1Signer : IOssSigner
{
    // The lists of all official SDKs, plus seal. Other parameters are not signed.
    private static readonly HashSet<string> SubResources = new(StringComparer.Ordinal)
    {
        "acl", "append", "bucketInfo", "callback", "callback-var", "cloudboxes", "comp", "continuation-token", "cors", "delete",
        "encryption", "endTime", "inventory", "inventoryId", "lifecycle", "live", "location", "logging", "objectMeta", "partNumber",
        "policy", "position", "qos", "referer", "regionList", "requestPayment", "resourceGroup", "response-cache-control",
        "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
        "response-expires", "restore", "seal", "security-token", "sequential", "startTime", "stat", "status", "symlink", "tagging",
        "uploadId", "uploads", "versionId", "versioning", "versions", "vod", "website", "worm", "wormExtend", "wormId",
    };

    public void Sign(SigningInput input, OssCredentials credentials, DateTimeOffset time)
    {
        input.Headers["date"] = time.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);
        if (credentials.SecurityToken is not null)
            input.Headers["x-oss-security-token"] = credentials.SecurityToken.Reveal();

        var signature = Digest.HmacSha1(Encoding.UTF8.GetBytes(credentials.AccessKeySecret.Reveal()), StringToSign(input));
        input.Headers["authorization"] = $"OSS {credentials.AccessKeyId}:{Convert.ToBase64String(signature)}";
    }

    /// <summary>The text that is signed. Key and values are not percent-encoded in it.</summary>
    public static string StringToSign(SigningInput input)
    {
        var text = new StringBuilder(256).Append(input.Method).Append('\n');
        foreach (var name in new[] { "content-md5", "content-type", "date" })
            text.Append(input.Headers.TryGetValue(name, out var value) ? value : "").Append('\n');

        foreach (var header in input.Headers.Where(header => header.Key.StartsWith("x-oss-", StringComparison.Ordinal)))
            text.Append(header.Key).Append(':').Append(header.Value.Trim()).Append('\n');

        text.Append(input.Resource);
        var separator = '?';
        foreach (var parameter in input.Query.Where(IsSubResource).OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            text.Append(separator).Append(parameter.Key);
            _ = parameter.Value.Length == 0 ? text : text.Append('=').Append(parameter.Value);
            separator = '&';
        }

        return text.ToString();
    }

    private static bool IsSubResource(KeyValuePair<string, string> parameter) =>
        SubResources.Contains(parameter.Key) || parameter.Key.StartsWith("x-oss-", StringComparison.Ordinal);
}
