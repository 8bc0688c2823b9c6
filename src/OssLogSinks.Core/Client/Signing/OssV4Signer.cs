using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Encodings;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>Signature V4 (OSS4-HMAC-SHA256) in the Authorization header; see the documentation "Include a V4 signature in the header".</summary>
internal sealed class OssV4Signer(string region) : IOssSigner
{
    private const string Algorithm = "OSS4-HMAC-SHA256";

    // OSS accepts nothing else in place of the body's hash (EC 0002-00000214).
    private const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    // Any thread may replace it; two threads that derive the same key at once do no harm.
    private volatile SigningKey? _key;

    public void Sign(SigningInput input, OssCredentials credentials, DateTimeOffset time)
    {
        var stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        input.Headers["x-oss-date"] = stamp;
        input.Headers["date"] = time.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);
        input.Headers["x-oss-content-sha256"] = UnsignedPayload;
        if (credentials.SecurityToken is not null)
            input.Headers["x-oss-security-token"] = credentials.SecurityToken.Reveal();

        input.Headers["authorization"] = Authorization(CanonicalRequest(input), credentials, stamp);
    }

    /// <summary>The text of a request that is hashed: method, resource, query, signed headers, no additional headers, payload mark.</summary>
    public static string CanonicalRequest(SigningInput input)
    {
        var text = new StringBuilder(512)
            .Append(input.Method).Append('\n')
            .Append(PercentEncoding.Path(input.Resource)).Append('\n')
            .Append(PercentEncoding.Query(input.Query)).Append('\n');
        foreach (var header in input.Headers)
        {
            if (IsSigned(header.Key))
                text.Append(header.Key).Append(':').Append(header.Value.Trim()).Append('\n');
        }

        return text.Append("\n\n").Append(UnsignedPayload).ToString();
    }

    /// <summary>The value of the Authorization header for a canonical request.</summary>
    public string Authorization(string canonicalRequest, OssCredentials credentials, string stamp)
    {
        var scope = ScopeOf(stamp);
        var key = _key;
        if (key is null || !key.Fits(credentials.AccessKeySecret.Reveal(), scope))
            key = _key = SigningKey.Derive(credentials.AccessKeySecret.Reveal(), scope);

        return $"{Algorithm} Credential={credentials.AccessKeyId}/{scope},Signature={key.Sign(StringToSign(canonicalRequest, stamp))}";
    }

    /// <summary>The text that the signing key signs.</summary>
    public string StringToSign(string canonicalRequest, string stamp) =>
        $"{Algorithm}\n{stamp}\n{ScopeOf(stamp)}\n{Digest.ToHex(Digest.Sha256(canonicalRequest))}";

    private string ScopeOf(string stamp) => $"{stamp[..8]}/{region}/oss/aliyun_v4_request";

    private static bool IsSigned(string name) =>
        name is "content-type" or "content-md5" || name.StartsWith("x-oss-", StringComparison.Ordinal);
}

/// <summary>The key that signature V4 derives from a secret for one day, region and product. Immutable, so threads can share it.</summary>
internal sealed class SigningKey
{
    private readonly string _secret;
    private readonly string _scope;
    private readonly byte[] _key;

    private SigningKey(string secret, string scope, byte[] key)
    {
        _secret = secret;
        _scope = scope;
        _key = key;
    }

    /// <summary>Derives the key: four HMACs in a chain, each keyed by the one before.</summary>
    /// <param name="secret">The access key's secret.</param>
    /// <param name="scope"><c>yyyyMMdd/region/product/aliyun_v4_request</c>.</param>
    public static SigningKey Derive(string secret, string scope)
    {
        var key = Encoding.UTF8.GetBytes("aliyun_v4" + secret);
        foreach (var part in scope.Split('/'))
            key = Digest.HmacSha256(key, part);

        return new SigningKey(secret, scope, key);
    }

    /// <summary>Whether this is the key for that secret and scope.</summary>
    public bool Fits(string secret, string scope) =>
        string.Equals(_scope, scope, StringComparison.Ordinal) && string.Equals(_secret, secret, StringComparison.Ordinal);

    /// <summary>Signs a text; lower-case hex.</summary>
    public string Sign(string text) => Digest.ToHex(Digest.HmacSha256(_key, text));
}
