using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Retry;

namespace OssLogSinks.Core.Delivery;

/// <summary>
/// One stream: its waiting batches, its turn in the schedule, and the appender that knows its object. Everything but
/// <see cref="Appender"/>, <see cref="Budget"/> and <see cref="Closings"/>, which belong to the worker that ships it, is guarded by the buffer's lock.
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

    /// <summary>The failures of the current batch.</summary>
    public RetryBudget Budget { get; } = new();

    /// <summary>How often its object has been closed before it was full.</summary>
    public Recurrence Closings { get; } = new();

    /// <summary>The batch that is being filled; null if none is.</summary>
    public AppendBatch? Open { get; set; }

    /// <summary>Batches that are filled and wait for their turn, in order.</summary>
    public Queue<AppendBatch> Sealed { get; } = new();

    /// <summary>The batch that is being shipped; null if none is.</summary>
    public AppendBatch? Current { get; set; }

    public StreamState State { get; set; }

    /// <summary>How its last turn has ended.</summary>
    public StreamHealth Health { get; set; }

    /// <summary>Memory that its batches hold.</summary>
    public long HeldBytes { get; set; }

    /// <summary>The part that it has in the schedule's <see cref="StreamSchedule.LingeringBytes"/>.</summary>
    public long LingeringBytes { get; set; }

    /// <summary>Wakes the stream when it has waited long enough; made when first needed.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>The ids under which the directory finds it.</summary>
    public List<StreamId> Ids { get; } = [];

    /// <summary>What a buffer calls it, by which the directory finds it too; null if its records come from memory.</summary>
    public IBufferedStream? Name { get; set; }

    /// <summary>The start of the latest period that a record of it belongs to.</summary>
    public DateTimeOffset LatestPeriod { get; set; }

    /// <summary>Its place among the streams of the directory.</summary>
    public LinkedListNode<LogStream> Place { get; }

    /// <summary>Its place among the streams of the same state, by when they came into it.</summary>
    public LinkedListNode<LogStream> Turn { get; }

    /// <summary>Whether anything that waits is to be appended for its own sake.</summary>
    public bool IsDue
    {
        get
        {
            foreach (var batch in Sealed)
            {
                if (batch.IsDue)
                    return true;
            }

            return Open is { IsDue: true };
        }
    }

    /// <summary>Whether anything waits, the batch that is being shipped not included.</summary>
    public bool HasWaiting => Sealed.Count > 0 || Open is not null;

    /// <summary>Everything that waits is to be appended.</summary>
    public void MakeDue(long now)
    {
        foreach (var batch in Sealed)
            batch.MakeDue(now);
        Open?.MakeDue(now);
    }

    /// <summary>The batches from the oldest to the newest.</summary>
    public IEnumerable<AppendBatch> Batches()
    {
        if (Current is not null)
            yield return Current;
        foreach (var batch in Sealed)
            yield return batch;
        if (Open is not null)
            yield return Open;
    }
}

/// <summary>Where a stream is in its round.</summary>
internal enum StreamState
{
    /// <summary>Nothing waits.</summary>
    Idle,

    /// <summary>Records that delivery itself has logged wait for one that makes an append due.</summary>
    Waiting,

    /// <summary>Records wait for others to share their append.</summary>
    Lingering,

    /// <summary>Records wait for a worker.</summary>
    Ready,

    /// <summary>A worker has it.</summary>
    Shipping,

    /// <summary>A request failed; the next one waits.</summary>
    BackingOff,
}

/// <summary>How a stream's last turn has ended.</summary>
internal enum StreamHealth
{
    /// <summary>It had none, or nobody knows.</summary>
    Unknown,

    /// <summary>Something was delivered.</summary>
    Good,

    /// <summary>It failed by what may pass by itself, for all streams at once as a rule.</summary>
    Failing,

    /// <summary>It was refused, and that may concern this stream alone.</summary>
    Refused,
}
