using System.Globalization;

namespace OssLogSinks.Emulator.Authentication;

/// <summary>The two ways in which OSS writes an instant: compact ISO and that of the Date header.</summary>
internal static class SignatureTime
{
    private const string CompactFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    public static DateTimeOffset? TryParseCompact(string? text) =>
        DateTimeOffset.TryParseExact(text, CompactFormat, CultureInfo.InvariantCulture, Utc, out var time) ? time : null;

    public static DateTimeOffset? TryParseHttp(string? text) =>
        DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, Utc, out var time) ? time : null;

    public static DateTimeOffset? TryParseUnixSeconds(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253402300799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    public static string Compact(DateTimeOffset time) => time.UtcDateTime.ToString(CompactFormat, CultureInfo.InvariantCulture);
}
