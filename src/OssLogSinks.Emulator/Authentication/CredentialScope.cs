using System.Globalization;
using OssLogSinks.Emulator.Http;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>The part of a V4 credential behind the access key id.</summary>
internal sealed record CredentialScope(string Date, string Region, string Product)
{
    public const string Terminator = "aliyun_v4_request";

    public override string ToString() => $"{Date}/{Region}/{Product}/{Terminator}";

    /// <summary>Splits <c>ak/date/region/product/aliyun_v4_request</c>; null unless it has these five parts.</summary>
    public static (string AccessKeyId, CredentialScope Scope)? TryParse(string credential)
    {
        var parts = credential.Split('/');
        return parts.Length == 5 && parts[0].Length > 0 && parts[4] == Terminator
            ? (parts[0], new CredentialScope(parts[1], parts[2], parts[3]))
            : null;
    }

    /// <summary>What is wrong with this scope for a server of <paramref name="region"/> and a request signed at <paramref name="dateText"/>.</summary>
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
