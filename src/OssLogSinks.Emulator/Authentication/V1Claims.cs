using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>Reads the V1 claim of a request from its Authorization header or its query.</summary>
internal static class V1Claims
{
    public static (SignatureClaim? Claim, OssError? Error) OfHeader(OssRequest request, string authorization)
    {
        var credential = authorization["OSS ".Length..].Trim();
        var colon = credential.IndexOf(':');
        if (colon <= 0)
            return (null, AuthenticationErrors.Malformed("0002-00000061", "Authorization header is invalid.", credential));

        // x-oss-date replaces Date; the documentation shows it in both formats.
        var text = request.Header(OssHeader.Date) ?? request.Header("Date");
        var time = InstantText.TryParseHttp(text) ?? InstantText.TryParseCompact(text);
        return time is null
            ? (null, AuthenticationErrors.NoDate)
            : (new SignatureClaim(SignatureForm.V1Header, credential[..colon], credential[(colon + 1)..])
            {
                SignedAt = time,
                DateText = text!,
                SecurityToken = request.Header(OssHeader.SecurityToken),
            }, null);
    }

    public static (SignatureClaim? Claim, OssError? Error) OfQuery(OssRequest request)
    {
        var expires = InstantText.TryParseUnixSeconds(request.Query["Expires"]);
        return expires is null
            ? (null, OssErrors.InvalidArgument("Expires", request.Query["Expires"], "0002-00000201"))
            : (new SignatureClaim(SignatureForm.V1Query, request.Query["OSSAccessKeyId"]!, request.Query["Signature"] ?? "")
            {
                Expires = expires,
                DateText = request.Query["Expires"]!,
                SecurityToken = request.Query["security-token"] ?? request.Header(OssHeader.SecurityToken),
            }, null);
    }
}
