using System.Globalization;

namespace OssLogSinks.Emulator.Time;

/// <summary>The ways in which OSS writes an instant: compact ISO, that of the Date header, seconds, and that of XML.</summary>
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

    /// <summary>As the XML of answers writes it.</summary>
    public static string Xml(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
}
