namespace OssLogSinks.Core.Rolling;

/// <summary>
/// Periods of an interval among which two share a key if any two do: every one of a day, of a year and of a century, and, where digits
/// of two units may run together, every unit's numbers with few and with many digits, each with each.
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
