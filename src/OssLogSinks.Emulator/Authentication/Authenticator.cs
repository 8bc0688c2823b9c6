using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>Authenticates a request. It checks in this order: syntax, date and skew, key and token, signature.</summary>
internal sealed class Authenticator(IAuthenticationSettings settings, EmulatorClock clock, CredentialStore store)
{
    private const int SigningKeyLimit = 64;

    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<(string Secret, CredentialScope Scope), byte[]> _signingKeys = new();

    public (EmulatedCredentials? Credentials, OssError? Error) Authenticate(OssRequest request)
    {
        var (claim, error) = ReadClaim(request);
        error ??= CheckTime(claim!);
        if (error is not null)
            return (null, error);

        (var credentials, error) = store.Check(claim!);
        error ??= CheckSignature(request, claim!, credentials!.AccessKeySecret);
        return error is null ? (credentials, null) : (null, error);
    }

    private (SignatureClaim? Claim, OssError? Error) ReadClaim(OssRequest request)
    {
        var authorization = request.Header("Authorization");
        if (authorization is null)
            return ReadQueryClaim(request);

        if (authorization.StartsWith(V4Claims.Algorithm + " ", StringComparison.Ordinal))
            return V4Claims.OfHeader(request, authorization, settings.Region);

        if (authorization.StartsWith("OSS ", StringComparison.Ordinal))
            return settings.AcceptSignatureV1 ? V1Claims.OfHeader(request, authorization) : (null, AuthenticationErrors.NoV1);

        return (null, AuthenticationErrors.Malformed("0002-00000061", "Authorization header is invalid."));
    }

    private (SignatureClaim? Claim, OssError? Error) ReadQueryClaim(OssRequest request)
    {
        if (request.Query["x-oss-signature-version"] == V4Claims.Algorithm)
            return V4Claims.OfQuery(request, settings.Region);

        if (!request.Query.Has("OSSAccessKeyId"))
            return (null, AuthenticationErrors.Anonymous);

        return settings.AcceptSignatureV1 ? V1Claims.OfQuery(request) : (null, AuthenticationErrors.NoV1);
    }

    private OssError? CheckTime(SignatureClaim claim)
    {
        var now = clock.UtcNow;
        if (claim.Expires < now)
            return AuthenticationErrors.Expired;

        var early = claim.SignedAt - now > MaxSkew;
        var late = !claim.IsQuery && now - claim.SignedAt > MaxSkew;
        return early || late ? AuthenticationErrors.Skewed(claim.SignedAt!.Value, now) : null;
    }

    private OssError? CheckSignature(OssRequest request, SignatureClaim claim, string secret) =>
        claim.Form is SignatureForm.V4Header or SignatureForm.V4Query
            ? CheckV4(request, claim, secret)
            : CheckV1(request, claim, secret);

    private OssError? CheckV4(OssRequest request, SignatureClaim claim, string secret)
    {
        if (_signingKeys.Count > SigningKeyLimit)
            _signingKeys.Clear();

        var key = _signingKeys.GetOrAdd((secret, claim.Scope), static of => V4Signature.SigningKey(of.Secret, of.Scope));
        var canonical = V4Signature.CanonicalRequest(request, claim);
        var stringToSign = V4Signature.StringToSign(canonical, claim);
        if (Same(V4Signature.Sign(stringToSign, key), claim.Signature))
            return null;

        // OSS does not document whether the query is signed as received or encoded again, so both are accepted.
        var asReceived = V4Signature.StringToSign(V4Signature.CanonicalRequest(request, claim, queryAsReceived: true), claim);
        return Same(V4Signature.Sign(asReceived, key), claim.Signature) ? null : AuthenticationErrors.Mismatch(claim, stringToSign, canonical);
    }

    private static OssError? CheckV1(OssRequest request, SignatureClaim claim, string secret)
    {
        var stringToSign = V1Signature.StringToSign(request, claim.DateText);
        if (Same(V1Signature.Sign(stringToSign, secret), claim.Signature))
            return null;

        // If both dates are sent, SDKs sign Date, and the documentation says x-oss-date. Both are accepted.
        var byDate = claim.IsQuery ? null : request.Header("Date");
        return byDate is not null && Same(V1Signature.Sign(V1Signature.StringToSign(request, byDate), secret), claim.Signature)
            ? null
            : AuthenticationErrors.Mismatch(claim, stringToSign, null);
    }

    private static bool Same(string expected, string actual) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(actual));
}

/// <summary>The settings of authentication, documented at <c>OssEmulatorOptions</c>.</summary>
internal interface IAuthenticationSettings
{
    string Region { get; }

    bool AcceptSignatureV1 { get; }
}
