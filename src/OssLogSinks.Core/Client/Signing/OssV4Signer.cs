using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>
/// OSS4-HMAC-SHA256 in the Authorization header (documentation "Include a V4 signature in the header"). What it signs is
/// what is sent: it fixes the headers, then reads them back.
/// </summary>
internal sealed class OssV4Signer : IOssSigner
{
    private const string Algorithm = "OSS4-HMAC-SHA256";
    private readonly string _region;
    private readonly string _product;
    private readonly IReadOnlyCollection<string> _additionalHeaders;

    // Written by any thread that found it unfit; the loser of a race only derives once more.
    private volatile SigningKey? _key;

    public OssV4Signer(string region, string product = "oss", IReadOnlyCollection<string>? additionalHeaders = null)
    {
        _region = region;
        _product = product;
        _additionalHeaders = additionalHeaders?.Select(name => name.ToLowerInvariant()).ToArray() ?? [];
    }

    /// <inheritdoc />
    public void Sign(SigningInput input, OssCredentials credentials, DateTimeOffset time)
    {
        var stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        input.Headers["x-oss-date"] = stamp;
        input.Headers["date"] = time.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);
        input.Headers["x-oss-content-sha256"] = CanonicalRequest.UnsignedPayload;
        if (credentials.SecurityToken is not null)
            input.Headers["x-oss-security-token"] = credentials.SecurityToken.Reveal();

        input.Headers["authorization"] = Authorization(CanonicalRequest.Of(input, _additionalHeaders), credentials, stamp);
    }

    /// <summary>The value of the Authorization header for a canonical request.</summary>
    public string Authorization(CanonicalRequest request, OssCredentials credentials, string stamp)
    {
        var scope = ScopeOf(stamp);
        var key = _key;
        if (key is null || !key.Fits(credentials.AccessKeySecret.Reveal(), scope))
            key = _key = SigningKey.Derive(credentials.AccessKeySecret.Reveal(), scope);

        // An empty AdditionalHeaders item is refused (EC 0002-00000209).
        var additional = request.AdditionalHeaders.Length == 0 ? "" : ",AdditionalHeaders=" + request.AdditionalHeaders;
        var signature = key.Sign(StringToSign(request, stamp));
        return $"{Algorithm} Credential={credentials.AccessKeyId}/{scope}{additional},Signature={signature}";
    }

    /// <summary>The text that the signing key signs.</summary>
    public string StringToSign(CanonicalRequest request, string stamp) =>
        $"{Algorithm}\n{stamp}\n{ScopeOf(stamp)}\n{Digest.ToHex(Digest.Sha256(request.Text))}";

    private string ScopeOf(string stamp) => $"{stamp[..8]}/{_region}/{_product}/aliyun_v4_request";
}

/// <summary>The text of a request that signature V4 hashes: method, resource, query, signed headers, names of additional headers, payload mark.</summary>
internal sealed class CanonicalRequest
{
    /// <summary>Stands for the body: OSS takes nothing else (EC 0002-00000214).</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private CanonicalRequest(string text, string additionalHeaders)
    {
        Text = text;
        AdditionalHeaders = additionalHeaders;
    }

    /// <summary>The canonical text, lines separated by a line feed.</summary>
    public string Text { get; }

    /// <summary>Names of the additionally signed headers, sorted and joined by semicolons; empty if there are none.</summary>
    public string AdditionalHeaders { get; }

    /// <summary>Builds the canonical text.</summary>
    /// <param name="input">The request with all its headers but Authorization.</param>
    /// <param name="additional">Lower-case names to sign beyond the usual ones; absent and usual ones are passed over.</param>
    public static CanonicalRequest Of(SigningInput input, IReadOnlyCollection<string> additional)
    {
        var text = new StringBuilder(512)
            .Append(input.Method).Append('\n')
            .Append(PercentEncoding.Path(input.Resource)).Append('\n')
            .Append(PercentEncoding.Query(input.Query)).Append('\n');
        var names = new StringBuilder();
        foreach (var header in input.Headers)
        {
            var isUsual = IsSignedAlways(header.Key);
            if (!isUsual && !additional.Contains(header.Key))
                continue;

            text.Append(header.Key).Append(':').Append(header.Value.Trim()).Append('\n');
            if (!isUsual)
            {
                _ = names.Length == 0 ? names : names.Append(';');
                names.Append(header.Key);
            }
        }

        text.Append('\n').Append(names).Append('\n').Append(UnsignedPayload);
        return new CanonicalRequest(text.ToString(), names.ToString());
    }

    private static bool IsSignedAlways(string name) =>
        name is "content-type" or "content-md5" || name.StartsWith("x-oss-", StringComparison.Ordinal);
}

/// <summary>The key that signature V4 derives from a secret for one day, region and product. Immutable, so that it can be cached and shared.</summary>
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
