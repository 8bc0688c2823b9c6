using System.Globalization;

namespace OssLogSinks.Emulator.Time;

/// <summary>Formats and parses times as OSS writes them: compact ISO, the Date header, seconds, and XML.</summary>
internal static class InstantText
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

    /// <summary>The format in XML answers.</summary>
    public static string Xml(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
}
