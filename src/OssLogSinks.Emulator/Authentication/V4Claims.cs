using System.Globalization;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>Reads the V4 claim of a request from its Authorization header or its query.</summary>
internal static class V4Claims
{
    public const string Algorithm = "OSS4-HMAC-SHA256";
    public const string Payload = "UNSIGNED-PAYLOAD";

    private const long MaxExpiresSeconds = 604800;

    public static (SignatureClaim? Claim, OssError? Error) OfHeader(OssRequest request, string authorization, string region)
    {
        var items = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in authorization[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = item.IndexOf('=');
            if (equals <= 0 || item[..equals] is not ("Credential" or "AdditionalHeaders" or "Signature") || !items.TryAdd(item[..equals], item[(equals + 1)..]))
                return Fail(AuthenticationErrors.Malformed("0002-00000061", "Authorization header is invalid.", item));
        }

        if (!items.TryGetValue("Signature", out var signature) || !items.TryGetValue("Credential", out var credential))
            return Fail(AuthenticationErrors.Malformed("0002-00000065", "Authorization header lacks Credential or Signature."));

        if (CredentialScope.TryParse(credential) is not var (accessKeyId, scope))
            return Fail(AuthenticationErrors.Malformed("0002-00000202", "Invalid credential in Authorization header.", credential));

        if (request.Header(OssHeader.ContentSha256) is var payload && payload != Payload)
            return Fail(OssErrors.InvalidArgument(OssHeader.ContentSha256, payload, "0002-00000214", "x-oss-content-sha256 must be UNSIGNED-PAYLOAD."));

        var (additional, additionalError) = ParseAdditional(items.GetValueOrDefault("AdditionalHeaders"));
        var (time, timeError) = TimeOf(request);
        if ((additionalError ?? timeError ?? scope.Check(region, InstantText.Compact(time))) is { } error)
            return Fail(error);

        return (new SignatureClaim(SignatureForm.V4Header, accessKeyId, signature)
        {
            Scope = scope,
            SignedAt = time,
            DateText = InstantText.Compact(time),
            AdditionalHeaders = additional,
            SecurityToken = request.Header(OssHeader.SecurityToken),
        }, null);
    }

    public static (SignatureClaim? Claim, OssError? Error) OfQuery(OssRequest request, string region)
    {
        var query = request.Query;
        var dateText = query[OssHeader.Date];
        if (InstantText.TryParseCompact(dateText) is not { } time)
            return Fail(dateText is null ? AuthenticationErrors.NoDate : BadDate(dateText));

        if (CredentialScope.TryParse(query["x-oss-credential"] ?? "") is not var (accessKeyId, scope))
            return Fail(AuthenticationErrors.Malformed("0002-00000202", "Invalid credential.", query["x-oss-credential"]));

        if (!long.TryParse(query["x-oss-expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > MaxExpiresSeconds)
            return Fail(OssErrors.InvalidArgument("x-oss-expires", query["x-oss-expires"], "0002-00000222"));

        var (additional, additionalError) = ParseAdditional(query["x-oss-additional-headers"]);
        if ((additionalError ?? scope.Check(region, dateText!)) is { } error)
            return Fail(error);

        return (new SignatureClaim(SignatureForm.V4Query, accessKeyId, query["x-oss-signature"] ?? "")
        {
            Scope = scope,
            SignedAt = time,
            Expires = EmulatorClock.Add(time, TimeSpan.FromSeconds(seconds)),
            DateText = dateText!,
            AdditionalHeaders = additional,
            SecurityToken = query[OssHeader.SecurityToken],
        }, null);
    }

    private static (DateTimeOffset Time, OssError? Error) TimeOf(OssRequest request)
    {
        if (request.Header(OssHeader.Date) is not { } text)
        {
            var date = InstantText.TryParseHttp(request.Header("Date"));
            return (date ?? default, date is null ? AuthenticationErrors.NoDate : null);
        }

        var time = InstantText.TryParseCompact(text);
        return (time ?? default, time is null ? BadDate(text) : null);
    }

    private static (IReadOnlyList<string> Names, OssError? Error) ParseAdditional(string? text)
    {
        if (text is null)
            return ([], null);

        var names = text.Split(';');
        if (text.Length == 0)
            return ([], AuthenticationErrors.Malformed("0002-00000209", "AdditionalHeaders must not be empty."));

        // Must be lower-case, sorted and without empty elements, because the text itself is signed.
        var tidy = names.Select(name => name.ToLowerInvariant()).Order(StringComparer.Ordinal);
        return names.Contains("") || !names.SequenceEqual(tidy)
            ? ([], AuthenticationErrors.Malformed("0002-00000210", "AdditionalHeaders is malformed.", text))
            : (names, null);
    }

    private static OssError BadDate(string text) =>
        OssErrors.InvalidArgument(OssHeader.Date, text, "0002-00000212", "x-oss-date is not valid.");

    private static (SignatureClaim? Claim, OssError? Error) Fail(OssError error) => (null, error);
}
