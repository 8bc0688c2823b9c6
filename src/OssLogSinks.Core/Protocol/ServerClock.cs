namespace OssLogSinks.Core.Protocol;

/// <summary>
/// The service's time as far as it is known: the local clock plus an offset, which is always taken against the local clock itself and
/// never against a time that already holds an offset (the Go SDK does the latter and swings).
/// </summary>
internal sealed class ServerClock(TimeProvider timeProvider)
{
    // Ticks; exchanged as a whole, by any thread whose request was refused as skewed.
    private long _offset;

    /// <summary>The time to sign with.</summary>
    public DateTimeOffset GetUtcNow() => timeProvider.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));

    /// <summary>Takes over a time that the service has just told.</summary>
    public void Set(DateTimeOffset serverTime) =>
        Interlocked.Exchange(ref _offset, (serverTime - timeProvider.GetUtcNow()).Ticks);
}
