namespace OssLogSinks.Core.Rolling;

/// <summary>
/// How often a stream continues in a new object. Names and meanings are those of Serilog's File sink. The event's own time decides, in
/// UTC unless <see cref="OssAppenderOptions.UseLocalTime"/> is set.
/// </summary>
public enum OssRollingInterval
{
    /// <summary>No new object by time, unless the key has a date format.</summary>
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

/// <summary>The periods of each interval.</summary>
internal static class RollingIntervalExtensions
{
    /// <summary>The date format of a period, as in the File sink; null without periods.</summary>
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

/// <summary>
/// Sample periods of an interval, for a check that no two share a key: all of a day, of a year and of a century, and combinations of one-
/// and two-digit numbers, whose digits may run together.
/// </summary>
internal static class SomePeriods
{
    private static readonly int[] Few = [0, 1, 2, 10, 11, 12, 20, 21, 22];

    public static IEnumerable<DateTimeOffset> Of(OssRollingInterval interval)
    {
        var starts = Enumerable.Range(2001, 99).Select(year => new DateTime(year, 1, 1));
        if (interval >= OssRollingInterval.Month)
            starts = starts.SelectMany(year => Enumerable.Range(0, 12).Select(year.AddMonths));
        if (interval >= OssRollingInterval.Day)
            starts = starts.Where(month => month.Year is 2025 or 2026).SelectMany(month => Enumerable.Range(0, DateTime.DaysInMonth(month.Year, month.Month)).Select(day => month.AddDays(day)));
        if (interval == OssRollingInterval.Hour)
            starts = starts.Where(day => day.Year == 2025).SelectMany(day => Enumerable.Range(0, 24).Select(hour => day.AddHours(hour))).Concat(OtherYears);
        if (interval == OssRollingInterval.Minute)
            starts = starts.Where(day => day.Year == 2025 && IsOneOfFew(day.Day)).SelectMany(Minutes).Concat(OtherYears);

        return starts.Select(start => new DateTimeOffset(start, TimeSpan.Zero));
    }

    private static IEnumerable<DateTime> OtherYears => Enumerable.Range(2026, 74).Select(year => new DateTime(year, 1, 1));

    private static IEnumerable<DateTime> Minutes(DateTime day) => day.DayOfYear == 1
        ? Enumerable.Range(0, 24 * 60).Select(minute => day.AddMinutes(minute))
        : Few.SelectMany(hour => Few.Select(minute => day.AddHours(hour).AddMinutes(minute)));

    private static bool IsOneOfFew(int number) => Array.IndexOf(Few, number) >= 0;
}
