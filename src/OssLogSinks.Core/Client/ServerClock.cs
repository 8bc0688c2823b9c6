namespace OssLogSinks.Core.Client;

/// <summary>
/// The service's time as far as it is known: the local clock plus an offset, which is always taken against the local clock itself and
/// never against a time that already holds an offset (the Go SDK does the latter and swings). Only times that can be true are believed,
/// and the last one that was told counts, so that a wrong one lasts no longer than the next right one.
/// </summary>
internal sealed class ServerClock(TimeProvider timeProvider)
{
    // Absolute limits: the local clock may itself be decades off, after a dead battery for instance.
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Ticks; exchanged as a whole, by any thread whose request was refused as skewed.
    private long _offset;

    /// <summary>The time to sign with. An offset that no longer leads to a time that can be true is not used: the local clock was set meanwhile.</summary>
    public DateTimeOffset GetUtcNow()
    {
        var local = timeProvider.GetUtcNow();
        var ticks = local.UtcTicks + Interlocked.Read(ref _offset);
        return ticks < Earliest.Ticks || ticks >= Latest.Ticks ? local : new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    /// <summary>Takes over a time that the service has just told, unless it cannot be true.</summary>
    public void Set(DateTimeOffset serverTime)
    {
        if (CanBeTrue(serverTime))
        {
            Interlocked.Exchange(ref _offset, serverTime.UtcTicks - timeProvider.GetUtcNow().UtcTicks);
        }
    }

    /// <summary>Whether a time is one at which this client can be running.</summary>
    public static bool CanBeTrue(DateTimeOffset time) => time >= Earliest && time < Latest;
}
