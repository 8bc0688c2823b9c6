
namespace NLog.Targets.OssAppend;

/// <summary>Converts an event's time for the core; never throws, even at the limits of the calendar.</summary>
internal static class EventTime
{
    // More than any time zone's offset from UTC.
    private const long Margin = TimeSpan.TicksPerDay;

    /// <summary>The event's time: with the offset zero if NLog gives it in UTC, otherwise with the offset of the local time zone.</summary>
    public static DateTimeOffset Of(LogEventInfo logEvent)
    {
        var time = logEvent.TimeStamp;
        return time.Kind == DateTimeKind.Utc || (time.Ticks > Margin && time.Ticks < DateTime.MaxValue.Ticks - Margin)
            ? new DateTimeOffset(time)
            : OfEdge(time, TimeZoneInfo.Local);
    }

    /// <summary>
    /// Converts a time on the first or last day of the calendar. If the time zone's offset moves it out of range, the result is the nearest
    /// valid time.
    /// </summary>
    internal static DateTimeOffset OfEdge(DateTime time, TimeZoneInfo zone)
    {
        var offset = zone.GetUtcOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified));
        var ticks = time.Ticks - offset.Ticks;
        if (ticks < DateTimeOffset.MinValue.Ticks)
            return DateTimeOffset.MinValue;

        return ticks > DateTimeOffset.MaxValue.Ticks ? DateTimeOffset.MaxValue : new DateTimeOffset(time.Ticks, offset);
    }
}
