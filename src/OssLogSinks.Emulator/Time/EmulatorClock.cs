namespace OssLogSinks.Emulator.Time;

/// <summary>The server's clock: a time provider and the skew that a test has put on it.</summary>
internal sealed class EmulatorClock(TimeProvider timeProvider)
{
    private long _shiftTicks;

    public TimeProvider TimeProvider { get; } = timeProvider;

    /// <summary>The time, which a shift moves no further than the calendar goes.</summary>
    public DateTimeOffset UtcNow => Add(TimeProvider.GetUtcNow(), new TimeSpan(Interlocked.Read(ref _shiftTicks)));

    public void Shift(TimeSpan by) => Interlocked.Add(ref _shiftTicks, by.Ticks);

    /// <summary>A sum that ends where the calendar does.</summary>
    public static DateTimeOffset Add(DateTimeOffset time, TimeSpan by) =>
        by > DateTimeOffset.MaxValue - time ? DateTimeOffset.MaxValue
        : by < DateTimeOffset.MinValue - time ? DateTimeOffset.MinValue
        : time + by;
}
