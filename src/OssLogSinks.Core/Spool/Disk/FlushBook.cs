namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Knows how many of this process's records have not met their fate, and which of them only memory holds; so it can tell
/// who flushes when all of his are safe. Any thread may call any member.
/// </summary>
internal sealed class FlushBook
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly List<Waiter> _waiters = [];
    private readonly List<Exposed> _exposed = [];
    private long _handledThrough;
    private long _settled;
    private bool _isClosed;

    // The last of the ids, which ascend by one: so many were accepted.
    private long _lastAccepted;

    // The last record that makes appends due, and the last one that a flush waits for.
    private long _lastDue;
    private long _lastAwaited;

    /// <summary>Whether somebody waits for the disk.</summary>
    public bool IsDiskAwaited
    {
        get
        {
            lock (_gate)
                return _waiters.Exists(w => w.Target == OssFlushTarget.Disk);
        }
    }

    /// <summary>Whether somebody waits for OSS.</summary>
    public bool IsOssAwaited
    {
        get
        {
            lock (_gate)
                return _waiters.Exists(w => w.Target == OssFlushTarget.Oss);
        }
    }

    /// <summary>A record was accepted: the first has the id 1, each one after that the next.</summary>
    public void Accept(long id, bool isDue)
    {
        Volatile.Write(ref _lastAccepted, id);
        if (isDue)
            Volatile.Write(ref _lastDue, id);
    }

    /// <summary>Whether a record, or one that came after it, makes an append due, or is waited for.</summary>
    public bool IsDue(long id) => id <= Volatile.Read(ref _lastDue) || id <= Volatile.Read(ref _lastAwaited);

    /// <summary>Ends when every record accepted so far is as safe as asked for: true if none of them was given up meanwhile.</summary>
    public Task<bool> FlushAsync(OssFlushTarget target)
    {
        lock (_gate)
        {
            var accepted = Volatile.Read(ref _lastAccepted);
            var waiter = new Waiter(target, accepted, accepted - _settled);
            if (IsOver(waiter))
                return Task.FromResult(true);
            if (_isClosed)
                return Task.FromResult(false);

            if (target == OssFlushTarget.Oss)
                Volatile.Write(ref _lastAwaited, accepted);

            // Who waits for these waits for none that come later.
            if (_exposed.Count > 0)
                _exposed[_exposed.Count - 1].End();
            _waiters.Add(waiter);
            return waiter.Done.Task;
        }
    }

    /// <summary>Nothing gets any safer in this process: ends all waiting.</summary>
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

    /// <summary>All records up to this one are safe on disk, or are in memory only and known as such.</summary>
    public void Handle(long throughId)
    {
        lock (_gate)
        {
            _handledThrough = Math.Max(_handledThrough, throughId);
            EndWaiting();
        }
    }

    /// <summary>This record found no place on disk, and is shipped from memory.</summary>
    public void Expose(long id)
    {
        lock (_gate)
        {
            if (_exposed.Count == 0 || !_exposed[_exposed.Count - 1].TryExtend(id))
                _exposed.Add(new Exposed(id));
        }
    }

    /// <summary>The last record that was exposed is not, after all.</summary>
    public void Cover(long id)
    {
        lock (_gate)
            Cover([id]);
    }

    /// <summary>Records have met their fate.</summary>
    /// <param name="ids">Which, ascending.</param>
    /// <param name="lost">Whether they were given up.</param>
    /// <param name="wereExposed">Whether only memory held them.</param>
    public void Settle(ReadOnlySpan<long> ids, bool lost, bool wereExposed)
    {
        lock (_gate)
        {
            _settled += ids.Length;
            foreach (var waiter in _waiters)
                waiter.Settle(CountThrough(ids, waiter.ThroughId), lost);
            if (wereExposed)
                Cover(ids);
            EndWaiting();
        }
    }

    /// <summary>So many records, the first of which has this id, were given up before they were on their way.</summary>
    public void GiveUp(long firstId, long count)
    {
        lock (_gate)
        {
            _settled += count;
            foreach (var waiter in _waiters)
                if (waiter.ThroughId >= firstId)
                    waiter.Settle(Math.Min(count, waiter.ThroughId - firstId + 1), lost: true);
            EndWaiting();
        }
    }

    private static int CountThrough(ReadOnlySpan<long> ids, long throughId)
    {
        if (ids[ids.Length - 1] <= throughId)
            return ids.Length;

        var count = 0;
        while (ids[count] <= throughId)
            count++;

        return count;
    }

    private void Cover(ReadOnlySpan<long> ids)
    {
        // Runs of ids that are in memory: few, since they end only where the disk worked in between.
        foreach (var id in ids)
            _exposed.FindLast(e => e.FirstId <= id)!.Left--;
        _exposed.RemoveAll(e => e.Left == 0);
    }

    private void EndWaiting()
    {
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            var waiter = _waiters[i];
            if (!IsOver(waiter))
                continue;

            _waiters.RemoveAt(i);
            waiter.Done.TrySetResult(!waiter.HasLost);
        }
    }

    private bool IsOver(Waiter waiter) =>
        waiter.Left == 0
        || (waiter.Target == OssFlushTarget.Disk && _handledThrough >= waiter.ThroughId && !_exposed.Exists(e => e.FirstId <= waiter.ThroughId));

    private sealed class Exposed(long firstId)
    {
        // The id that would be next; null if none may join.
        private long? _end = firstId + 1;

        public long FirstId { get; } = firstId;

        public int Left { get; set; } = 1;

        public bool TryExtend(long id)
        {
            if (id != _end)
                return false;

            _end++;
            Left++;
            return true;
        }

        public void End() => _end = null;
    }

    private sealed class Waiter(OssFlushTarget target, long throughId, long left)
    {
        public OssFlushTarget Target { get; } = target;

        public long ThroughId { get; } = throughId;

        public long Left { get; private set; } = left;

        public bool HasLost { get; private set; }

        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Settle(long count, bool lost)
        {
            Left -= count;
            HasLost |= lost && count > 0;
        }
    }
}
