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

    // Guarded by _gate.
    private readonly List<FlushWaiter> _waiters = [];
    private readonly List<Exposed> _exposed = [];
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
            if (IsOver(waiter))
            {
                waiter.Done.TrySetResult(true);
            }
            else if (_isClosed)
            {
                waiter.Done.TrySetResult(false);
            }
            else
            {
                // A flush must not wait for records added after it started.
                if (_exposed.Count > 0)
                    _exposed[_exposed.Count - 1].MayGrow = false;
                _waiters.Add(waiter);
                FindLastAwaited();
            }

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
        {
            _isClosed = true;
            foreach (var waiter in _waiters)
                waiter.Done.TrySetResult(false);
            _waiters.Clear();
        }
    }

    /// <summary>Nothing gets to OSS for now: ends all waiting for it, though nothing is given up.</summary>
    public void EndWaitingForOss()
    {
        lock (_gate)
        {
            foreach (var waiter in _waiters.Where(waiter => waiter.Target == OssFlushTarget.Oss))
                waiter.Done.TrySetResult(false);
            _waiters.RemoveAll(waiter => waiter.Target == OssFlushTarget.Oss);
            FindLastAwaited();
        }
    }

    /// <summary>All records up to this one are safe on disk, or exposed.</summary>
    public void Handle(long throughId)
    {
        lock (_gate)
        {
            _handledThrough = Math.Max(_handledThrough, throughId);
            EndWaiting();
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
            if (_exposed.Count > 0 && _exposed[_exposed.Count - 1] is { MayGrow: true } last && last.LastId + 1 == firstId)
                (last.LastId, last.Remaining) = (lastId, last.Remaining + count);
            else
                _exposed.Add(new Exposed(firstId, lastId, count));
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
                waiter.Settle(CountThrough(ids, waiter.ThroughId), dropped);
            foreach (var run in _exposed)
                run.Remaining -= CountThrough(ids, run.LastId) - CountThrough(ids, run.FirstId - 1);
            EndWaiting();
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
            foreach (var waiter in _waiters.Where(waiter => waiter.ThroughId >= firstId))
                waiter.Settle(Math.Min(count, waiter.ThroughId - firstId + 1), dropped: true);
            foreach (var run in _exposed.Where(run => run.FirstId <= lastId && run.LastId >= firstId))
                run.Remaining -= Math.Min(count, Math.Min(run.LastId, lastId) - Math.Max(run.FirstId, firstId) + 1);
            EndWaiting();
        }
    }

    private static int CountThrough(ReadOnlySpan<long> ids, long throughId)
    {
        if (ids[ids.Length - 1] <= throughId)
            return ids.Length;

        var found = ids.BinarySearch(throughId);
        return found >= 0 ? found + 1 : ~found;
    }

    private bool IsAwaited(OssFlushTarget target)
    {
        lock (_gate)
            return _waiters.Exists(w => w.Target == target);
    }

    private void FindLastAwaited()
    {
        var last = 0L;
        foreach (var waiter in _waiters)
            last = waiter.Target == OssFlushTarget.Oss ? Math.Max(last, waiter.ThroughId) : last;
        Volatile.Write(ref _lastAwaited, last);
    }

    private void EndWaiting()
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
        || (waiter.Target == OssFlushTarget.Disk && _handledThrough >= waiter.ThroughId && !_exposed.Exists(run => run.FirstId <= waiter.ThroughId));

    private sealed class Exposed(long firstId, long lastId, long remaining)
    {
        public long FirstId { get; } = firstId;

        public long LastId { get; set; } = lastId;

        public long Remaining { get; set; } = remaining;

        public bool MayGrow { get; set; } = true;
    }
}

/// <summary>Somebody who waits for all records up to one. Guarded by the tracker's lock.</summary>
internal sealed class FlushWaiter(OssFlushTarget target, long throughId, long remaining)
{
    public OssFlushTarget Target { get; } = target;

    public long ThroughId { get; } = throughId;

    public long Remaining { get; private set; } = remaining;

    public bool HasDropped { get; private set; }

    /// <summary>True if none of the records was given up meanwhile.</summary>
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Settle(long count, bool dropped)
    {
        Remaining -= count;
        HasDropped |= dropped && count > 0;
    }
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
