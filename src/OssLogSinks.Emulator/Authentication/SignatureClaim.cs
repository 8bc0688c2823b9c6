using System.Globalization;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>The claimed sender of a request, its signing time, and the signature; none of it is verified yet.</summary>
internal sealed record SignatureClaim(SignatureForm Form, string AccessKeyId, string Signature)
{
    public bool IsQuery => Form is SignatureForm.V1Query or SignatureForm.V4Query;

    public string? SecurityToken { get; init; }

    /// <summary>When the request was signed; null for a V1 URL, which contains only its expiry.</summary>
    public DateTimeOffset? SignedAt { get; init; }

    /// <summary>The expiry of a presigned URL.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The date text that the string to sign contains.</summary>
    public string DateText { get; init; } = "";

    /// <summary>V4: <c>yyyyMMdd/region/product/aliyun_v4_request</c>.</summary>
    public CredentialScope Scope { get; init; } = new("", "", "");

    /// <summary>V4: lower-case names of headers signed beyond the default ones.</summary>
    public IReadOnlyList<string> AdditionalHeaders { get; init; } = [];
}

/// <summary>The version of a signature and its place in the request.</summary>
internal enum SignatureForm
{
    V1Header,
    V1Query,
    V4Header,
    V4Query,
}

/// <summary>The part of a V4 credential after the access key id.</summary>
internal sealed record CredentialScope(string Date, string Region, string Product)
{
    public const string Terminator = "aliyun_v4_request";

    public override string ToString() => $"{Date}/{Region}/{Product}/{Terminator}";

    /// <summary>Splits <c>ak/date/region/product/aliyun_v4_request</c>; null if it does not have these five parts.</summary>
    public static (string AccessKeyId, CredentialScope Scope)? TryParse(string credential)
    {
        var parts = credential.Split('/');
        return parts.Length == 5 && parts[0].Length > 0 && parts[4] == Terminator
            ? (parts[0], new CredentialScope(parts[1], parts[2], parts[3]))
            : null;
    }

    /// <summary>
    /// The error of this scope for a server in <paramref name="region"/> and a request signed at <paramref name="dateText"/>; null if none.
    /// </summary>
    public OssError? Check(string region, string dateText)
    {
        if (!DateTime.TryParseExact(Date, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            || !dateText.StartsWith(Date, StringComparison.Ordinal))
        {
            return AuthenticationErrors.Malformed("0002-00000223", "Invalid signing date in Authorization header.", Date);
        }

        if (Region != region)
        {
            var ec = Region.StartsWith("oss-", StringComparison.Ordinal) ? "0002-00000226" : "0002-00000228";
            return AuthenticationErrors.Malformed(ec, "Invalid signing region in Authorization header.", Region);
        }

        return Product == "oss"
            ? null
            : AuthenticationErrors.Malformed("0002-00000227", "Invalid signing product in Authorization header.", Product);
    }
}
