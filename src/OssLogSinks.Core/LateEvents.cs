using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core;

/// <summary>
/// Moves late events to the object of the current period. This is decided on arrival, so an event that waits on disk for days keeps its object.
/// </summary>
/// <param name="policy">The rolling periods.</param>
/// <param name="grace">How much older than the current period an event may be and still go to its own object.</param>
/// <param name="time">The clock.</param>
internal sealed class LateEvents(RollingPolicy policy, TimeSpan grace, TimeProvider time)
{
    /// <summary>The record, with the time that decides its object.</summary>
    public LogRecord File(in LogRecord record)
    {
        var now = time.GetUtcNow();
        return policy.PeriodOf(now).Start.UtcTicks - grace.Ticks > record.Time.UtcTicks ? record with { Time = now } : record;
    }
}
