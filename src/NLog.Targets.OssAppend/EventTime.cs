
namespace NLog.Targets.OssAppend;

/// <summary>The time of an event as the core takes it; no time of the calendar is too early or too late.</summary>
internal static class EventTime
{
    // More than any zone is away from UTC.
    private const long Margin = TimeSpan.TicksPerDay;

    /// <summary>The event's time in this machine's zone.</summary>
    public static DateTimeOffset Of(LogEventInfo logEvent)
    {
        var time = logEvent.TimeStamp;
        return time.Kind == DateTimeKind.Utc || (time.Ticks > Margin && time.Ticks < DateTime.MaxValue.Ticks - Margin)
            ? new DateTimeOffset(time)
            : OfEdge(time, TimeZoneInfo.Local);
    }

    /// <summary>
    /// A time of the first or the last day of the calendar. The first hours east of UTC and the last ones west of it are no instants that
    /// there are, so the nearest one stands for them.
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
