using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// Counts this process's records without an outcome, and knows which of them are in memory only. So it completes each flush when its
/// records are safe. Any thread may call any member; it runs no code of others.
/// </summary>
internal sealed class FlushTracker
{
    private readonly object _gate = new();

    // Guarded by _gate. Exposed records are in memory only, or on a disk that cannot be trusted; the last run grows until a flush begins.
    private readonly List<FlushWaiter> _waiters = [];
    private readonly List<IdRange> _exposed = [];
    private bool _mayGrow;
    private long _handledThrough;
    private long _settled;
    private bool _isClosed;

    // The last of the ids, which ascend by one: so many were accepted.
    private long _lastAccepted;

    // The last record that makes appends due, and the last one that a flush to OSS waits for.
    private long _lastDue;
    private long _lastAwaited;

    /// <summary>Whether somebody waits for the disk.</summary>
    public bool IsDiskAwaited => IsAwaited(OssFlushTarget.Disk);

    /// <summary>Whether somebody waits for OSS.</summary>
    public bool IsOssAwaited => IsAwaited(OssFlushTarget.Oss);

    /// <summary>A record was accepted: the first has the id 1, each one after that the next.</summary>
    public void Accept(long id, bool isDue)
    {
        Volatile.Write(ref _lastAccepted, id);
        if (isDue)
            Volatile.Write(ref _lastDue, id);
    }

    /// <summary>Whether a record, or one that came after it, makes an append due, or is waited for.</summary>
    public bool IsDue(long id) => id <= Volatile.Read(ref _lastDue) || id <= Volatile.Read(ref _lastAwaited);

    /// <summary>Begins to wait until every record accepted so far is as safe as asked for.</summary>
    public FlushWaiter Begin(OssFlushTarget target)
    {
        lock (_gate)
        {
            var accepted = Volatile.Read(ref _lastAccepted);
            var waiter = new FlushWaiter(target, accepted, accepted - _settled);
            if (IsOver(waiter) || _isClosed)
            {
                waiter.Done.TrySetResult(IsOver(waiter));
                return waiter;
            }

            // A flush must not wait for records added after it started.
            _mayGrow = false;
            _waiters.Add(waiter);
            FindLastAwaited();
            return waiter;
        }
    }

    /// <summary>Cancels a wait.</summary>
    public void Cancel(FlushWaiter waiter)
    {
        lock (_gate)
        {
            _waiters.Remove(waiter);
            FindLastAwaited();
        }

        waiter.Done.TrySetCanceled();
    }

    /// <summary>No record will become safer in this process: ends all waiting.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
        EndWaiting(_ => true);
    }

    /// <summary>Nothing gets to OSS for now: ends all waiting for it, though nothing is given up.</summary>
    public void EndWaitingForOss() => EndWaiting(waiter => waiter.Target == OssFlushTarget.Oss);

    /// <summary>All records up to this one are safe on disk, or exposed.</summary>
    public void Handle(long throughId)
    {
        lock (_gate)
        {
            _handledThrough = Math.Max(_handledThrough, throughId);
            EndFulfilled();
        }
    }

    /// <summary>Records that are not settled are in memory only, or on a disk that cannot be trusted.</summary>
    /// <param name="firstId">No earlier record is.</param>
    /// <param name="lastId">No later record is.</param>
    /// <param name="count">How many of those in between are not settled.</param>
    public void Expose(long firstId, long lastId, long count)
    {
        lock (_gate)
        {
            if (_mayGrow && _exposed.Count > 0 && _exposed[_exposed.Count - 1] is var last && last.LastId + 1 == firstId)
                (last.LastId, last.Remaining) = (lastId, last.Remaining + count);
            else
                _exposed.Add(new IdRange(firstId, lastId, count));
            _mayGrow = true;
        }
    }

    /// <summary>Records are settled.</summary>
    /// <param name="ids">Which, ascending.</param>
    /// <param name="dropped">Whether they were given up.</param>
    public void Settle(ReadOnlySpan<long> ids, bool dropped)
    {
        lock (_gate)
        {
            _settled += ids.Length;
            foreach (var waiter in _waiters)
                waiter.HasDropped |= waiter.Settle(ids) > 0 && dropped;
            foreach (var run in _exposed)
                run.Settle(ids);
            EndFulfilled();
        }
    }

    /// <summary>Records were given up. A flush that waits for some of them may end at once: it says false anyway.</summary>
    /// <param name="firstId">No earlier record was.</param>
    /// <param name="lastId">No later record was.</param>
    /// <param name="count">How many of those in between. All of them lie within or without a run of exposed records.</param>
    public void GiveUp(long firstId, long lastId, long count)
    {
        lock (_gate)
        {
            _settled += count;
            foreach (var waiter in _waiters)
                waiter.HasDropped |= waiter.GiveUp(firstId, lastId, count) > 0;
            foreach (var run in _exposed)
                run.GiveUp(firstId, lastId, count);
            EndFulfilled();
        }
    }

    private bool IsAwaited(OssFlushTarget target)
    {
        lock (_gate)
            return _waiters.Exists(w => w.Target == target);
    }

    private void FindLastAwaited() =>
        Volatile.Write(ref _lastAwaited, _waiters.Where(waiter => waiter.Target == OssFlushTarget.Oss).Select(waiter => waiter.LastId).DefaultIfEmpty().Max());

    private void EndWaiting(Predicate<FlushWaiter> isEnded)
    {
        lock (_gate)
        {
            foreach (var waiter in _waiters.FindAll(isEnded))
                waiter.Done.TrySetResult(false);
            _waiters.RemoveAll(isEnded);
            FindLastAwaited();
        }
    }

    private void EndFulfilled()
    {
        _exposed.RemoveAll(run => run.Remaining <= 0);
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            var waiter = _waiters[i];
            if (!IsOver(waiter))
                continue;

            _waiters.RemoveAt(i);
            waiter.Done.TrySetResult(!waiter.HasDropped);
        }
    }

    private bool IsOver(FlushWaiter waiter) =>
        waiter.Remaining <= 0
        || (waiter.Target == OssFlushTarget.Disk && _handledThrough >= waiter.LastId && !_exposed.Exists(run => run.FirstId <= waiter.LastId));
}

/// <summary>Records without an outcome in a range of ids. Guarded by the tracker's lock.</summary>
internal class IdRange(long firstId, long lastId, long remaining)
{
    public long FirstId { get; } = firstId;

    public long LastId { get; set; } = lastId;

    public long Remaining { get; set; } = remaining;

    /// <summary>These ids, ascending, have their outcome.</summary>
    /// <returns>How many of them are in the range.</returns>
    public long Settle(ReadOnlySpan<long> ids) => Reduce(CountThrough(ids, LastId) - CountThrough(ids, FirstId - 1));

    /// <summary>So many records have their outcome that lie between two ids.</summary>
    /// <returns>How many of them are in the range, at most.</returns>
    public long GiveUp(long firstId, long lastId, long count) =>
        Reduce(Math.Max(0, Math.Min(count, Math.Min(LastId, lastId) - Math.Max(FirstId, firstId) + 1)));

    private long Reduce(long count)
    {
        Remaining -= count;
        return count;
    }

    private static int CountThrough(ReadOnlySpan<long> ids, long throughId)
    {
        if (ids[ids.Length - 1] <= throughId)
            return ids.Length;

        var found = ids.BinarySearch(throughId);
        return found >= 0 ? found + 1 : ~found;
    }
}

/// <summary>A flush that waits for all records up to one.</summary>
internal sealed class FlushWaiter(OssFlushTarget target, long throughId, long remaining) : IdRange(1, throughId, remaining)
{
    public OssFlushTarget Target { get; } = target;

    public bool HasDropped { get; set; }

    /// <summary>True if none of the records was given up meanwhile.</summary>
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Records of which nothing is on disk, so nothing needs to be known of them after a crash.</summary>
internal sealed class MemoryOnlySource(FlushTracker tracker) : RecordSource
{
    public override bool IsDurable => false;

    public override bool IsDue(long id) => tracker.IsDue(id);

    public override void Settle(ReadOnlySpan<long> ids, bool dropped) => tracker.Settle(ids, dropped);

    public override void Intend(AppendIntent intent)
    {
    }
}
