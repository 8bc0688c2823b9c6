using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// Counts this process's records without an outcome, tracks which of them are only in memory, and completes each flush when its records are safe.
/// Any thread may call any member, but under the lock of <paramref name="lastAccepted"/> only <see cref="Accept"/> and <see cref="CausesAppend"/>:
/// <see cref="Begin"/> takes that lock within its own.
/// </summary>
/// <param name="lastAccepted">The last accepted id. Ids ascend by one from 1, so this is also the number of accepted records.</param>
internal sealed class FlushTracker(Func<long> lastAccepted)
{
    private readonly object _gate = new();

    // Guarded by _gate. Exposed records are only in memory, or on a disk that cannot be trusted; the last range grows until a flush begins.
    private readonly List<FlushWaiter> _waiters = [];
    private readonly List<IdRange> _exposed = [];
    private bool _mayGrow;
    private long _handledThrough;
    private long _settled;
    private bool _isClosed;

    // The first record after the last one that causes an append. Written only when it changes: log calls and the reader share this memory, and every
    // write slows both.
    private long _firstDeferred = long.MaxValue;

    // The last record that a flush to OSS waits for.
    private long _lastAwaited;

    /// <summary>Whether a flush to disk is waiting.</summary>
    public bool IsDiskAwaited => IsAwaited(OssFlushTarget.Disk);

    /// <summary>Whether a flush to OSS is waiting.</summary>
    public bool IsOssAwaited => IsAwaited(OssFlushTarget.Oss);

    /// <summary>Notes whether an accepted record causes an append. Call it for each record, one at a time.</summary>
    public void Accept(long id, bool causesAppend)
    {
        if (causesAppend != (_firstDeferred == long.MaxValue))
            Volatile.Write(ref _firstDeferred, causesAppend ? long.MaxValue : id);
    }

    /// <summary>Whether a record, or a later one, causes an append or is awaited by a flush.</summary>
    public bool CausesAppend(long id) => id < Volatile.Read(ref _firstDeferred) || id <= Volatile.Read(ref _lastAwaited);

    /// <summary>Begins a flush of all records accepted so far.</summary>
    public FlushWaiter Begin(OssFlushTarget target)
    {
        lock (_gate)
        {
            var accepted = lastAccepted();
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

    public void Cancel(FlushWaiter waiter)
    {
        lock (_gate)
        {
            _waiters.Remove(waiter);
            FindLastAwaited();
        }

        waiter.Done.TrySetCanceled();
    }

    /// <summary>Ends all flushes: no record will become safer in this process.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
        EndWaiting(_ => true);
    }

    /// <summary>Ends all flushes to OSS, because a file cannot be opened and its records cannot be sent for now; no record is dropped.</summary>
    public void EndWaitingForOss() => EndWaiting(waiter => waiter.Target == OssFlushTarget.Oss);

    /// <summary>Notes that all records up to this one are safe on disk, or exposed.</summary>
    public void Handle(long throughId)
    {
        lock (_gate)
        {
            _handledThrough = Math.Max(_handledThrough, throughId);
            EndFulfilled();
        }
    }

    /// <summary>Notes that unsettled records are only in memory, or on a disk that cannot be trusted.</summary>
    /// <param name="firstId">The first id of the range.</param>
    /// <param name="lastId">The last id of the range.</param>
    /// <param name="count">How many records in the range are not settled.</param>
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

    /// <summary>Notes that records are settled.</summary>
    /// <param name="ids">Their ids, ascending.</param>
    /// <param name="dropped">Whether they were dropped.</param>
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

    /// <summary>Notes that records were dropped. A flush that waits for some of them may end at once: its result is false anyway.</summary>
    /// <param name="firstId">The first id of the range.</param>
    /// <param name="lastId">The last id of the range.</param>
    /// <param name="count">How many records in the range were dropped. Either all of them are exposed or none is.</param>
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

    /// <summary>Notes that these ids, ascending, have their outcome.</summary>
    /// <returns>How many of these ids are in the range.</returns>
    public long Settle(ReadOnlySpan<long> ids) => Reduce(CountThrough(ids, LastId) - CountThrough(ids, FirstId - 1));

    /// <summary>Notes that this many records between two ids have their outcome.</summary>
    /// <returns>How many of these records can be in the range at most.</returns>
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

/// <summary>A flush of all records up to an id.</summary>
internal sealed class FlushWaiter(OssFlushTarget target, long throughId, long remaining) : IdRange(1, throughId, remaining)
{
    public OssFlushTarget Target { get; } = target;

    public bool HasDropped { get; set; }

    /// <summary>Completes with true if none of the records was dropped meanwhile.</summary>
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The source of records that are only in memory. It journals nothing: after a crash, none of them is left to be sent again.</summary>
internal sealed class MemoryOnlySource(FlushTracker tracker) : RecordSource
{
    public override bool IsDurable => false;

    public override bool CausesAppend(long id) => tracker.CausesAppend(id);

    public override void Settle(ReadOnlySpan<long> ids, bool dropped) => tracker.Settle(ids, dropped);

    public override void Intend(AppendIntent intent)
    {
    }
}
