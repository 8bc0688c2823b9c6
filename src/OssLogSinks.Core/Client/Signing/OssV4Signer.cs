using System.Globalization;
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
        {
            input.Headers["x-oss-security-token"] = credentials.SecurityToken.Reveal();
        }

        input.Headers["authorization"] = Authorization(CanonicalRequest.Of(input, _additionalHeaders), credentials, stamp);
    }

    /// <summary>The value of the Authorization header for a canonical request.</summary>
    public string Authorization(CanonicalRequest request, OssCredentials credentials, string stamp)
    {
        var scope = ScopeOf(stamp);
        var key = _key;
        if (key is null || !key.Fits(credentials.AccessKeySecret.Reveal(), scope))
        {
            key = _key = SigningKey.Derive(credentials.AccessKeySecret.Reveal(), scope);
        }

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
