using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Retry;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// One stream: its batches, its state in the schedule and its appender. Guarded by the buffer's lock, except <see cref="Budget"/> and
/// <see cref="Closings"/>, which belong to the worker that ships it, and <see cref="Appender"/>, which belongs to that worker while it
/// ships and is used under the lock otherwise.
/// </summary>
internal sealed class LogStream
{
    public LogStream(StreamKey key, ObjectAppender appender)
    {
        Key = key;
        Appender = appender;
        Place = new LinkedListNode<LogStream>(this);
        Turn = new LinkedListNode<LogStream>(this);
    }

    public StreamKey Key { get; }

    public ObjectAppender Appender { get; }

    /// <summary>Its failures since something was delivered or given up.</summary>
    public RetryBudget Budget { get; } = new();

    /// <summary>How often an object was closed before it was full.</summary>
    public Recurrence Closings { get; } = new();

    /// <summary>Filled batches, in order.</summary>
    public Queue<AppendBatch> Closed { get; } = new();

    /// <summary>The batch that is being shipped; null if none is.</summary>
    public AppendBatch? Current { get; set; }

    /// <summary>Whether its object is to be located again at its next turn.</summary>
    public bool MustRelocate { get; set; }

    /// <summary>Wakes the stream; created when first needed.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Its ids in the directory.</summary>
    public List<StreamId> Ids { get; } = [];

    /// <summary>Its name in the disk buffer; null without one.</summary>
    public IBufferedStream? Name { get; set; }

    /// <summary>The numbers of its records; created when first needed. Unused with a disk buffer, which numbers records earlier.</summary>
    public EventSequence? Sequence { get; set; }

    /// <summary>Its node in the directory's list.</summary>
    public LinkedListNode<LogStream> Place { get; }

    /// <summary>Its node in the schedule's list of its state.</summary>
    public LinkedListNode<LogStream> Turn { get; }

    // The properties that each record of the stream reads or writes are declared last. The runtime lays out references first, in this order, so
    // that these properties are neighbours in memory. With many streams, a record then causes fewer cache misses.

    /// <summary>The batch that is being filled; null if none is.</summary>
    public AppendBatch? Open { get; set; }

    public StreamState State { get; set; }

    /// <summary>The result of its last turn.</summary>
    public StreamHealth Health { get; set; }

    /// <summary>Memory that its batches hold.</summary>
    public long HeldBytes { get; set; }

    /// <summary>Its part of <see cref="StreamSchedule.LingeringBytes"/>.</summary>
    public long LingeringBytes { get; set; }

    /// <summary>The start of the latest period of its records.</summary>
    public DateTimeOffset LatestPeriod { get; set; }

    /// <summary>Whether a waiting batch causes an append.</summary>
    public bool CausesAppend
    {
        get
        {
            foreach (var batch in Closed)
            {
                if (batch.CausesAppend)
                    return true;
            }

            return Open is { CausesAppend: true };
        }
    }

    /// <summary>Whether any batch waits, apart from the one that is being shipped.</summary>
    public bool HasWaiting => Closed.Count > 0 || Open is not null;

    /// <summary>Lets all waiting batches cause an append.</summary>
    public void MakeCauseAppend(long now)
    {
        foreach (var batch in Closed)
            batch.MakeCauseAppend(now);
        Open?.MakeCauseAppend(now);
    }

    /// <summary>The batches from the oldest to the newest.</summary>
    public IEnumerable<AppendBatch> Batches()
    {
        if (Current is not null)
            yield return Current;
        foreach (var batch in Closed)
            yield return batch;
        if (Open is not null)
            yield return Open;
    }
}

/// <summary>The state of a stream.</summary>
internal enum StreamState
{
    /// <summary>Nothing waits.</summary>
    Idle,

    /// <summary>Only records that delivery itself logged wait, until an ordinary record comes.</summary>
    Deferred,

    /// <summary>Records wait for others to share their append.</summary>
    Lingering,

    /// <summary>Records wait for a worker.</summary>
    Ready,

    /// <summary>A worker has it.</summary>
    Shipping,

    /// <summary>Something failed, a request for instance; the stream pauses.</summary>
    BackingOff,
}

/// <summary>The result of a stream's last turn.</summary>
internal enum StreamHealth
{
    /// <summary>There was no turn yet, or its result is unknown.</summary>
    Unknown,

    /// <summary>Something was delivered.</summary>
    Good,

    /// <summary>It failed without a refusal, for a reason that usually concerns all streams.</summary>
    Failing,

    /// <summary>It was refused, which may concern this stream only.</summary>
    Refused,
}
