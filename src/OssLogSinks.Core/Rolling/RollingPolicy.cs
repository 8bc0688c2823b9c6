namespace OssLogSinks.Core.Rolling;

/// <summary>Decides when a stream continues in another object: by the event's time and by the object's size.</summary>
internal sealed class RollingPolicy
{
    private readonly OssRollingInterval _interval;
    private readonly TimeSpan _unit;
    private readonly TimeZoneInfo? _zone;

    /// <param name="interval">The rolling interval.</param>
    /// <param name="formats">The key's date formats, which roll by themselves when there is no interval.</param>
    /// <param name="localZone">The zone of the keys; null for UTC.</param>
    /// <param name="sizeLimit">Bytes at which an object is full; null for no limit but the service's.</param>
    public RollingPolicy(OssRollingInterval interval, IReadOnlyList<string> formats, TimeZoneInfo? localZone, long? sizeLimit)
    {
        _interval = interval;
        _unit = formats.Count == 0 ? TimeSpan.MaxValue : formats.Select(FinestUnit).Min();
        _zone = localZone;
        SizeLimit = Math.Min(sizeLimit ?? ServiceSizeLimit, ServiceSizeLimit);
    }

    /// <summary>
    /// The size at which a stream always continues in the next object: the service allows 5 GB (documentation of AppendObject), and the last append
    /// may pass this limit by a record or a few kilobytes.
    /// </summary>
    public const long ServiceSizeLimit = 4_900_000_000;

    public long SizeLimit { get; }

    /// <summary>Whether the next sequence number follows an object that is full by <see cref="SizeLimit"/>. Default: true.</summary>
    public bool RollsBySize { get; init; } = true;

    /// <summary>
    /// Whether an object of this length takes no more records. As in Serilog's File sink, an object below its limit takes a whole record, so its
    /// length shows every later writer that it is full.
    /// </summary>
    public bool IsFull(long length) => length >= SizeLimit;

    /// <summary>
    /// Whether the next sequence number follows an object of this length: a full one if streams roll by size, and always one at the
    /// service's limit.
    /// </summary>
    public bool MustRoll(long length) => IsFull(length) && (RollsBySize || length >= ServiceSizeLimit);

    /// <summary>The period of an event, in the zone of the keys.</summary>
    public RollPeriod PeriodOf(DateTimeOffset time)
    {
        if (_interval == OssRollingInterval.Infinite && _unit == TimeSpan.MaxValue)
            return default;

        var shown = _zone is null ? time.ToUniversalTime() : TimeZoneInfo.ConvertTime(time, _zone);
        var start = _interval != OssRollingInterval.Infinite
            ? _interval.PeriodStart(shown.DateTime)
            : new DateTime(shown.Ticks - (shown.Ticks % _unit.Ticks));

        // The first period may begin before the earliest instant. Keys show its wall clock, so drop the offset.
        var offset = start.Ticks < shown.Offset.Ticks ? TimeSpan.Zero : shown.Offset;
        return new RollPeriod(new DateTimeOffset(start, offset));
    }

    // Prefers the finer unit: that only costs a lookup, but one too coarse would put events into the wrong object.
    private static TimeSpan FinestUnit(string format)
    {
        if (format.Length == 1 || format.IndexOfAny(['f', 'F', '%']) >= 0)
            return new TimeSpan(1);
        if (format.IndexOfAny(['s']) >= 0)
            return TimeSpan.FromSeconds(1);
        if (format.IndexOfAny(['m']) >= 0)
            return TimeSpan.FromMinutes(1);

        return format.IndexOfAny(['h', 'H', 't']) >= 0 ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
    }
}

/// <summary>
/// A time span in which all keys are the same: a period of the rolling interval, or, without an interval, the finest unit that the key's
/// date formats show.
/// </summary>
/// <param name="Start">Its start as the keys show it.</param>
internal readonly record struct RollPeriod(DateTimeOffset Start);
