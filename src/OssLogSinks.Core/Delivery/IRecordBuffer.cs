using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// The bounded buffer where records wait for delivery. Every accepted record is delivered once, dropped and counted, or still on disk when
/// the buffer stops.
/// </summary>
internal interface IRecordBuffer : IDisposable
{
    /// <summary>Memory that waiting records hold.</summary>
    long HeldBytes { get; }

    /// <summary>Bytes of the buffer's files, those of ended processes included.</summary>
    long DiskBytes { get; }

    int OpenStreams { get; }

    /// <summary>How long the oldest undelivered record has waited; zero if there is none.</summary>
    TimeSpan OldestAge();

    /// <summary>Takes a record if there is space; never waits.</summary>
    /// <param name="record">The record; its bytes are copied.</param>
    /// <param name="causesAppend">Whether it causes an append; if not, it waits for a record that does, a flush or the close.</param>
    /// <param name="spaceAvailable">If there is no space: a task that completes when there may be some.</param>
    Acceptance TryAdd(in LogRecord record, bool causesAppend, out Task? spaceAvailable);

    /// <summary>
    /// Sends waiting records without waiting for others to share their append. Completes when every record accepted before is delivered, or
    /// persisted if that was asked for; true if none was dropped, and none had to stay on disk. After a cancellation, nothing is kept for the
    /// flush any more.
    /// </summary>
    Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken);

    /// <summary>Stops accepting records and sends the waiting ones now. Completes when every accepted record has its outcome.</summary>
    Task FinishAsync();

    /// <summary>Cancels the requests under way. Records on disk stay there; the others are dropped.</summary>
    Task StopAsync();

    /// <summary>Drops the records that are not on disk, even if <see cref="StopAsync"/> does not end because a client hangs.</summary>
    void GiveUp();
}

/// <summary>Whether the buffer took a record.</summary>
internal enum Acceptance
{
    /// <summary>The record was accepted.</summary>
    Accepted,

    /// <summary>There is no space now.</summary>
    Full,

    /// <summary>There is no space for more records of a stream that OSS refuses.</summary>
    RefusedStreamFull,

    /// <summary>The buffer accepts nothing any more.</summary>
    Closed,
}

/// <summary>What a flush waits for.</summary>
public enum OssFlushTarget
{
    /// <summary>Every record is in OSS, or was dropped.</summary>
    Oss,

    /// <summary>
    /// Every record is on disk (synced, whichever <see cref="OssAppenderOptions.BufferSync"/> is set), already in OSS, or was dropped. Without a
    /// <see cref="OssAppenderOptions.BufferPath"/> this waits as <see cref="Oss"/> does.
    /// </summary>
    Disk,
}

/// <summary>The limits of a memory buffer.</summary>
/// <param name="Memory">The most bytes of memory for all records.</param>
/// <param name="AppendSize">The most bytes of one append.</param>
/// <param name="AppendInterval">How long a record waits for others to share its append.</param>
internal sealed record MemoryBufferLimits(long Memory, int AppendSize, TimeSpan AppendInterval);
