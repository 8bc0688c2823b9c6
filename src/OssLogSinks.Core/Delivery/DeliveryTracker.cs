using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Delivery;

/// <summary>Notes the outcome of each record everywhere: in the batch's cursor, the counters, the reports and the listener.</summary>
internal sealed class DeliveryTracker
{
    private readonly DeliveryCounters _counters;
    private readonly DeliveryReporter _reporter;
    private readonly IDeliveryListener? _listener;
    private volatile bool _hasDroppedAccepted;

    public DeliveryTracker(DeliveryCounters counters, DeliveryReporter reporter, IDeliveryListener? listener)
    {
        _counters = counters;
        _reporter = reporter;
        _listener = listener;
    }

    /// <summary>Whether any record was dropped that the buffer had accepted.</summary>
    public bool HasDroppedAccepted => _hasDroppedAccepted;

    /// <summary>The batch's records from its cursor to <paramref name="end"/> are in OSS.</summary>
    public void Delivered(AppendBatch batch, int end, long bytes)
    {
        int from;
        IReadOnlyList<object> states;
        lock (batch)
        {
            if (batch.IsAbandoned)
                return;

            (from, states) = (batch.Cursor, batch.StatesTo(end));
            _counters.Delivered(end - from, bytes);
            batch.MoveTo(end, dropped: false);
        }

        // Outside the lock: the disk may hang, and the close needs the lock to drop the rest of the batch.
        batch.Settle(from, end, dropped: false);

        if (states.Count > 0)
            Tell(() => _listener?.OnDelivered(states));
    }

    /// <summary>The batch's records from its cursor on are dropped.</summary>
    public void Dropped(AppendBatch batch, DropReason reason, string why, Exception? error, bool mayBeDelivered) =>
        Drop(batch, reason, why, error, mayBeDelivered, forGood: false);

    /// <summary>
    /// The application stops: the batch's records from its cursor on are dropped, unless they are on disk. Later outcomes are ignored.
    /// </summary>
    public void Abandon(AppendBatch batch, string why, bool mayBeDelivered)
    {
        if (batch.Source is not { IsDurable: true })
            Drop(batch, DropReason.CloseTimeOver, _reporter.WithTrouble(why), null, mayBeDelivered, forGood: true);
        lock (batch)
            batch.Abandon();
    }

    // The listener is called outside the lock: it may never return, and the close needs the lock to drop the rest of the batch.
    private void Drop(AppendBatch batch, DropReason reason, string why, Exception? error, bool mayBeDelivered, bool forGood)
    {
        int from;
        IReadOnlyList<object> states;
        lock (batch)
        {
            if (batch.IsAbandoned || batch.IsDone)
                return;

            (from, states) = (batch.Cursor, batch.StatesTo(batch.Count));
            batch.MoveTo(batch.Count, dropped: true);
            batch.IsAbandoned |= forGood;
            _hasDroppedAccepted = true;
        }

        Dropped(reason, batch.Count - from, states, why, error, mayBeDelivered);
        batch.Settle(from, batch.Count, dropped: true);
    }

    /// <summary>Records are on disk; notifies the listener.</summary>
    public void Persisted(IReadOnlyList<(long Id, object State)> states)
    {
        if (states.Count > 0)
            Tell(() => _listener?.OnDelivered(StatesOf(states)));
    }

    /// <summary>Records on disk are dropped.</summary>
    public void DroppedOnDisk(DropReason reason, long count, string why) => DroppedInMemory(reason, count, [], why);

    /// <summary>Accepted records that are neither on disk nor in a batch are dropped.</summary>
    public void DroppedInMemory(DropReason reason, long count, IReadOnlyList<(long Id, object State)> states, string why, bool mayBeDelivered = false)
    {
        _hasDroppedAccepted = true;
        Dropped(reason, count, StatesOf(states), why, error: null, mayBeDelivered);
    }

    /// <summary>Counts and reports dropped records, and tells the listener; no batch is involved.</summary>
    public void Dropped(DropReason reason, long count, IReadOnlyList<object> states, string why, Exception? error = null, bool mayBeDelivered = false)
    {
        _counters.Dropped(reason, count);
        ReportDropped(reason, count, states, why, error, mayBeDelivered);
    }

    /// <summary>A record that the buffer did not accept is dropped.</summary>
    public void DroppedOnArrival(DropReason reason, bool isFromDelivery, IReadOnlyList<object> states, string why)
    {
        _counters.Dropped(reason, 1, isFromDelivery);
        ReportDropped(reason, 1, states, why, error: null, mayBeDelivered: false);
    }

    private void ReportDropped(DropReason reason, long count, IReadOnlyList<object> states, string why, Exception? error, bool mayBeDelivered)
    {
        _reporter.Dropped(reason, count, why);
        if (states.Count == 0 || _listener is null)
            return;

        var failure = new OssDeliveryException(reason, $"The event was dropped ({reason}): {why}", error) { MayBeDelivered = mayBeDelivered };
        Tell(() => _listener.OnDropped(states, failure));
    }

    private static object[] StatesOf(IReadOnlyList<(long Id, object State)> states) => states.Select(s => s.State).ToArray();

    private void Tell(Action tell)
    {
        using var delivery = DeliveryScope.EnterOnThread(_reporter.Source);
        try
        {
            tell();
        }
        catch (Exception)
        {
            // A listener must not throw. If it does, the records' outcome stays the same.
        }
    }
}
