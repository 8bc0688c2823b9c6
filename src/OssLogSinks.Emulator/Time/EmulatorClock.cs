namespace OssLogSinks.Emulator.Time;

/// <summary>The server's clock: a time provider plus the shift set by a test.</summary>
internal sealed class EmulatorClock(TimeProvider timeProvider)
{
    private long _shiftTicks;

    public TimeProvider TimeProvider { get; } = timeProvider;

    /// <summary>The shifted time, limited to the range of the calendar.</summary>
    public DateTimeOffset UtcNow => Add(TimeProvider.GetUtcNow(), new TimeSpan(Interlocked.Read(ref _shiftTicks)));

    public void Shift(TimeSpan by) => Interlocked.Add(ref _shiftTicks, by.Ticks);

    /// <summary>The sum, limited to the range of the calendar.</summary>
    public static DateTimeOffset Add(DateTimeOffset time, TimeSpan by) =>
        by > DateTimeOffset.MaxValue - time ? DateTimeOffset.MaxValue
        : by < DateTimeOffset.MinValue - time ? DateTimeOffset.MinValue
        : time + by;
}
