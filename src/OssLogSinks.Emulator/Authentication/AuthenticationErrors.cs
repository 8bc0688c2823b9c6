using System.Globalization;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>The errors of authentication, most with the EC number of the part that was wrong.</summary>
internal static class AuthenticationErrors
{
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static OssError Anonymous { get; } =
        new(403, "AccessDenied", "You have no right to access this object because of bucket acl.", "0003-00000001");

    public static OssError NoDate { get; } =
        new(403, "AccessDenied", "OSS authentication requires a valid Date.", "0002-00000503");

    public static OssError Expired { get; } = new(403, "AccessDenied", "Request has expired.", "0002-00000069");

    public static OssError UserDisabled { get; } = new(403, "UserDisable", "UserDisable", "0003-00000801");

    public static OssError NoV1 { get; } =
        new(403, "AccessDenied", "Signature version 1 is not supported for this bucket.", "0002-00000001");

    public static OssError UnknownKey(string accessKeyId) =>
        new OssError(403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.", "0002-00000902")
            .With("OSSAccessKeyId", accessKeyId);

    public static OssError InvalidToken { get; } =
        new(403, "InvalidSecurityToken", "The security token you provided is invalid.", "0002-00000006");

    public static OssError TokenOfAnotherKey { get; } =
        new(403, "AccessKeyIdAndSecurityTokenNotMatch", "The AccessKeyId and SecurityToken you provided do not match.");

    public static OssError TokenExpired(string token) =>
        new OssError(403, "SecurityTokenExpired", "The security token you provided has expired.", "0002-00000007")
            .With("SecurityToken", token);

    public static OssError Malformed(string ec, string message, string? value = null) =>
        OssErrors.InvalidArgument("Authorization", value, ec, message);

    public static OssError Skewed(DateTimeOffset requestTime, DateTimeOffset serverTime) =>
        new OssError(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
                "0002-00000504")
            .With("MaxAllowedSkewMilliseconds", "900000")
            .With("RequestTime", requestTime.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture))
            .With("ServerTime", serverTime.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture));

    public static OssError Mismatch(SignatureClaim claim, string stringToSign, string? canonicalRequest) =>
        new OssError(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
                "0002-00000040")
            .With("OSSAccessKeyId", claim.AccessKeyId)
            .With("SignatureProvided", claim.Signature)
            .With("StringToSign", stringToSign)
            .With("StringToSignBytes", string.Join(' ', System.Text.Encoding.UTF8.GetBytes(stringToSign).Select(b => b.ToString("X2", CultureInfo.InvariantCulture))))
            .With("CanonicalRequest", canonicalRequest);
}
