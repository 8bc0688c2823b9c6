using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core;

/// <summary>
/// Sends events that come too late for the object of their own time to that of the present period. Whether one is late is judged
/// when it comes in, and never again: what waits, on disk even for days, stays with its object.
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
