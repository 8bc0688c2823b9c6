using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// The bounded place where records wait until they stand in OSS. Every record that was accepted is delivered once, given
/// up and counted, or still on disk when the spool is stopped.
/// </summary>
internal interface ISpool : IDisposable
{
    /// <summary>Memory that waiting records hold.</summary>
    long HeldBytes { get; }

    /// <summary>Bytes that waiting records take on disk.</summary>
    long DiskBytes { get; }

    int OpenStreams { get; }

    /// <summary>How long the oldest undelivered record has waited; zero if there is none.</summary>
    TimeSpan OldestAge();

    /// <summary>Takes a record if there is room; never waits.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="isDue">Whether it makes an append due; if not, it is appended with the next one that does.</param>
    /// <param name="room">When there is none: a task that ends when there may be.</param>
    Acceptance TryAdd(in LogRecord record, bool isDue, out Task? room);

    /// <summary>Hurries what waits; ends when every record accepted before is as safe as asked for: true if none was given up. A flush that is cancelled leaves nothing behind.</summary>
    Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken);

    /// <summary>Takes nothing any more and hurries what waits; ends when every record accepted has met its fate.</summary>
    Task FinishAsync();

    /// <summary>Cuts off what is being sent. What is on disk stays there; the rest is given up.</summary>
    Task StopAsync();

    /// <summary>Gives up what is not on disk, when <see cref="StopAsync"/> does not end: a client hangs, or nothing runs any more.</summary>
    void GiveUp();
}

/// <summary>Whether the spool took a record.</summary>
internal enum Acceptance
{
    /// <summary>It did.</summary>
    Accepted,

    /// <summary>There is no room now.</summary>
    Full,

    /// <summary>There is room, but not for more of a stream that OSS refuses.</summary>
    RefusedStreamFull,

    /// <summary>The spool takes nothing any more.</summary>
    Closed,
}

/// <summary>What a flush waits for.</summary>
public enum OssFlushTarget
{
    /// <summary>Every record stands in OSS, or was given up.</summary>
    Oss,

    /// <summary>
    /// Every record is on disk, synced whatever <see cref="OssAppenderOptions.BufferSync"/> says, or stands in OSS
    /// already. Without a <see cref="OssAppenderOptions.BufferPath"/> the same as <see cref="Oss"/>.
    /// </summary>
    Disk,
}

/// <summary>How much the spool holds, and for how long.</summary>
/// <param name="Memory">Bytes that all waiting records may hold.</param>
/// <param name="AppendSize">Bytes that one append carries at most.</param>
/// <param name="AppendInterval">How long a record waits for others.</param>
internal sealed record SpoolLimits(long Memory, int AppendSize, TimeSpan AppendInterval);
