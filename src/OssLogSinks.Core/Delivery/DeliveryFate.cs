using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Delivery;

/// <summary>Books the fate of records in all places at once: the batch's cursor, the counters, the reports, the listener.</summary>
internal sealed class DeliveryFate
{
    private readonly DeliveryCounters _counters;
    private readonly DeliveryReporter _reporter;
    private readonly IDeliveryListener? _listener;
    private volatile bool _hasLostAccepted;

    public DeliveryFate(DeliveryCounters counters, DeliveryReporter reporter, IDeliveryListener? listener)
    {
        _counters = counters;
        _reporter = reporter;
        _listener = listener;
    }

    /// <summary>Whether any record was given up that the spool had accepted.</summary>
    public bool HasLostAccepted => _hasLostAccepted;

    /// <summary>The batch's records from its cursor to <paramref name="end"/> stand in OSS.</summary>
    public void Stored(AppendBatch batch, int end, long bytes)
    {
        int from;
        IReadOnlyList<object> states;
        lock (batch)
        {
            if (batch.IsAbandoned)
                return;

            (from, states) = (batch.Cursor, batch.StatesTo(end));
            _counters.Delivered(end - from, bytes);
            batch.MoveTo(end, lost: false);
        }

        // Not under the lock: a disk may hang, and the close takes the rest of the batch.
        batch.Settle(from, end, lost: false);

        if (states.Count > 0)
            Tell(() => _listener?.OnStored(states));
    }

    /// <summary>The batch's records from its cursor on are given up.</summary>
    public void Lost(AppendBatch batch, DropReason reason, string why, Exception? error, bool mayBeStored) =>
        Lose(batch, reason, why, error, mayBeStored, forGood: false);

    /// <summary>The application stops: the batch's records from its cursor on are given up, unless they are on disk. Nothing counts any more that comes later.</summary>
    public void Abandon(AppendBatch batch, string why, bool mayBeStored)
    {
        if (batch.Source is not { IsDurable: true })
            Lose(batch, DropReason.CloseTimeOver, _reporter.WithTrouble(why), null, mayBeStored, forGood: true);
        lock (batch)
            batch.Abandon();
    }

    // Nothing is told under the lock: a listener may never come back, and the close takes the rest of the batch.
    private void Lose(AppendBatch batch, DropReason reason, string why, Exception? error, bool mayBeStored, bool forGood)
    {
        int from;
        IReadOnlyList<object> states;
        lock (batch)
        {
            if (batch.IsAbandoned || batch.IsDone)
                return;

            (from, states) = (batch.Cursor, batch.StatesTo(batch.Count));
            batch.MoveTo(batch.Count, lost: true);
            batch.IsAbandoned |= forGood;
            _hasLostAccepted = true;
        }

        Lost(reason, batch.Count - from, states, why, error, mayBeStored);
        batch.Settle(from, batch.Count, lost: true);
    }

    /// <summary>Records are on disk: whoever waits for their fate need not wait any longer.</summary>
    public void Kept(IReadOnlyList<(long Id, object State)> states)
    {
        if (states.Count > 0)
            Tell(() => _listener?.OnStored(StatesOf(states)));
    }

    /// <summary>Records on disk are given up.</summary>
    public void LostOnDisk(DropReason reason, long count, string why) => LostInMemory(reason, count, [], why);

    /// <summary>Records that were accepted, and found their way neither to disk nor to a batch, are given up.</summary>
    public void LostInMemory(DropReason reason, long count, IReadOnlyList<(long Id, object State)> states, string why, bool mayBeStored = false)
    {
        _hasLostAccepted = true;
        Lost(reason, count, StatesOf(states), why, error: null, mayBeStored);
    }

    /// <summary>Records that never reached the spool are given up.</summary>
    public void Lost(DropReason reason, long count, IReadOnlyList<object> states, string why, Exception? error = null, bool mayBeStored = false)
    {
        _counters.Dropped(reason, count);
        ReportLost(reason, count, states, why, error, mayBeStored);
    }

    /// <summary>A record that the spool did not take is given up.</summary>
    public void LostOnArrival(DropReason reason, bool isFromDelivery, IReadOnlyList<object> states, string why)
    {
        _counters.Dropped(reason, 1, isFromDelivery);
        ReportLost(reason, 1, states, why, error: null, mayBeStored: false);
    }

    private void ReportLost(DropReason reason, long count, IReadOnlyList<object> states, string why, Exception? error, bool mayBeStored)
    {
        _reporter.Dropped(reason, count, why);
        if (states.Count > 0 && _listener is not null)
            TellLost(states, new OssDeliveryException(reason, $"The event was given up ({reason}): {why}", error) { MayBeStored = mayBeStored });
    }

    private void TellLost(IReadOnlyList<object> states, OssDeliveryException failure) => Tell(() => _listener!.OnLost(states, failure));

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
            // A listener must not throw; if it does, the records' fate is no other for it.
        }
    }
}
