namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// The service's time: the local clock plus an offset. The offset is always computed against the local clock, never against a time that
/// already contains an offset, as the Go SDK does, whose clock therefore swings. The latest plausible time of the service counts.
/// </summary>
internal sealed class ServerClock(TimeProvider timeProvider)
{
    // Absolute limits: the local clock itself may be decades off, after a dead battery for instance.
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Ticks; written by any thread whose request was refused as skewed.
    private long _offset;

    /// <summary>The time to sign with. An offset that gives an implausible time is ignored: the local clock was set meanwhile.</summary>
    public DateTimeOffset GetUtcNow()
    {
        var local = timeProvider.GetUtcNow();
        var ticks = local.UtcTicks + Interlocked.Read(ref _offset);
        return ticks < Earliest.Ticks || ticks >= Latest.Ticks ? local : new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    /// <summary>Takes over the service's time if it is plausible.</summary>
    public void Set(DateTimeOffset serverTime)
    {
        if (CanBeTrue(serverTime))
            Interlocked.Exchange(ref _offset, serverTime.UtcTicks - timeProvider.GetUtcNow().UtcTicks);
    }

    /// <summary>Whether this client can be running at that time.</summary>
    public static bool CanBeTrue(DateTimeOffset time) => time >= Earliest && time < Latest;
}
