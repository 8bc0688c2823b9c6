namespace OssLogSinks.Emulator;

/// <summary>The server's clock: a time provider and the skew that a test has put on it.</summary>
internal sealed class EmulatorClock(TimeProvider timeProvider)
{
    private long _shiftTicks;

    public TimeProvider TimeProvider { get; } = timeProvider;

    public DateTimeOffset UtcNow => TimeProvider.GetUtcNow().AddTicks(Interlocked.Read(ref _shiftTicks));

    public void Shift(TimeSpan by) => Interlocked.Add(ref _shiftTicks, by.Ticks);
}
