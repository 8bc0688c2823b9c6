using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core;

/// <summary>
/// Moves events that come too late for their own object to the object of the current period. This is decided once, on arrival: an event
/// that then waits on disk for days keeps its object.
/// </summary>
/// <param name="policy">The periods.</param>
/// <param name="grace">How much older than the present period an event may be and still go to its own.</param>
/// <param name="time">The clock.</param>
internal sealed class LateEvents(RollingPolicy policy, TimeSpan grace, TimeProvider time)
{
    /// <summary>The record with the time that decides its object.</summary>
    public LogRecord File(in LogRecord record)
    {
        var now = time.GetUtcNow();
        return policy.PeriodOf(now).Start.UtcTicks - grace.Ticks > record.Time.UtcTicks ? record with { Time = now } : record;
    }
}
