namespace OssLogSinks.Core.Rolling;

/// <summary>
/// How often a stream goes on to a new object. The names and meanings are those of Serilog's File sink; the event's own
/// time decides, in UTC unless local time was asked for.
/// </summary>
public enum OssRollingInterval
{
    /// <summary>Never by time, except as the key's own date format says.</summary>
    Infinite,

    /// <summary>Every year; a key without a time gets <c>yyyy</c>.</summary>
    Year,

    /// <summary>Every month; a key without a time gets <c>yyyyMM</c>.</summary>
    Month,

    /// <summary>Every day; a key without a time gets <c>yyyyMMdd</c>.</summary>
    Day,

    /// <summary>Every hour; a key without a time gets <c>yyyyMMddHH</c>.</summary>
    Hour,

    /// <summary>Every minute; a key without a time gets <c>yyyyMMddHHmm</c>.</summary>
    Minute,
}

/// <summary>What each interval means.</summary>
internal static class RollingIntervalExtensions
{
    /// <summary>How the File sink writes a period of this interval; null if there are none.</summary>
    public static string? PeriodFormat(this OssRollingInterval interval) => interval switch
    {
        OssRollingInterval.Year => "yyyy",
        OssRollingInterval.Month => "yyyyMM",
        OssRollingInterval.Day => "yyyyMMdd",
        OssRollingInterval.Hour => "yyyyMMddHH",
        OssRollingInterval.Minute => "yyyyMMddHHmm",
        _ => null,
    };

    /// <summary>The start of the period that a wall-clock time falls into.</summary>
    public static DateTime PeriodStart(this OssRollingInterval interval, DateTime time) => interval switch
    {
        OssRollingInterval.Year => new DateTime(time.Year, 1, 1),
        OssRollingInterval.Month => new DateTime(time.Year, time.Month, 1),
        OssRollingInterval.Day => time.Date,
        OssRollingInterval.Hour => time.Date.AddHours(time.Hour),
        OssRollingInterval.Minute => time.Date.AddMinutes((int)time.TimeOfDay.TotalMinutes),
        _ => DateTime.MinValue,
    };
}
