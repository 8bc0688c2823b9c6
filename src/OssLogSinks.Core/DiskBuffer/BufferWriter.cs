using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Takes blocks from the staging buffer to disk, in order: all that wait in one go, then one sync. While the disk takes nothing
/// they wait in memory, and once everything on disk was read they are shipped from there. A folder that had a write error is
/// finished: what could not be confirmed is cut off there, and goes into a new folder when the disk works. All of this on one
/// thread of its own, for a thread pool that is exhausted must not stop it.
/// </summary>
internal sealed class BufferWriter
{
    private const long LargestRound = 4 << 20;

    // At most so often something is written, unless much waits or somebody flushes.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    // A disk that failed is tried again this often.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(5);

    private readonly IBufferFiles _files;
    private readonly DiskBufferSettings _settings;
    private readonly StagingBuffer _staging;
    private readonly DeliveryQueue _queue;
    private readonly FlushTracker _tracker;
    private readonly DeliveryTracker _deliveryTracker;
    private readonly DeliveryReporter _reporter;
    private readonly DeliverySource _source;
    private readonly TimeProvider _time;
    private readonly ThreadSignal _work;
    private readonly Func<long> _otherBytes;
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    // Guarded by itself: this process's folders, the one that is being written included.
    private readonly List<BufferFolder> _folders = [];

    // Guarded by itself: blocks that are not safe yet, in order, the first of them written but not synced.
    private readonly List<Block> _pending = [];
    private bool _isAbandoned;

    // The thread's own.
    private readonly List<Segment> _copied = [];
    private ActiveFolder? _active;
    private ActiveFolder? _toCut;
    private FolderName? _lastName;
    private FolderName? _attempt;
    private int _written;
    private long? _lastWrite;
    private long? _lastSync;
    private long? _failedAt;
    private long? _lastFailure;
    private bool _triesAgain;

    // The last record that is past the disk: written there, or shipped without it.
    private long _passedId;

    /// <param name="files">The disk.</param>
    /// <param name="settings">Where, and how much.</param>
    /// <param name="staging">Where blocks come from.</param>
    /// <param name="queue">Where they go.</param>
    /// <param name="tracker">Who waits for records.</param>
    /// <param name="deliveryTracker">Who takes what is dropped.</param>
    /// <param name="reporter">Who tells of a disk that fails.</param>
    /// <param name="time">The clock.</param>
    /// <param name="work">Set when there is something to do.</param>
    /// <param name="otherBytes">Bytes of folders that were taken over, which count against the limit too.</param>
    public BufferWriter(
        IBufferFiles files, DiskBufferSettings settings, StagingBuffer staging, DeliveryQueue queue, FlushTracker tracker, DeliveryTracker deliveryTracker, DeliveryReporter reporter, TimeProvider time, ThreadSignal work, Func<long> otherBytes)
    {
        _files = files;
        _settings = settings;
        _staging = staging;
        _queue = queue;
        _tracker = tracker;
        _deliveryTracker = deliveryTracker;
        _reporter = reporter;
        _source = reporter.Source;
        _time = time;
        _work = work;
        _otherBytes = otherBytes;
    }

    /// <summary>Ends with the thread: once the staging buffer is closed and empty, or once stopped.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Bytes of this process's files.</summary>
    public long DiskBytes
    {
        get
        {
            lock (_folders)
                return _folders.Sum(f => f.Bytes);
        }
    }

    /// <summary>Records on disk that are not settled.</summary>
    public long UnsettledRecords
    {
        get
        {
            lock (_folders)
                return _folders.Sum(f => f.IsRemoved ? 0 : f.UnsettledRecords);
        }
    }

    private bool IsHurried => _isStopping || _staging.IsUrgent || _tracker.IsDiskAwaited || _tracker.IsOssAwaited;

    private bool HasUnwritten => _written < _pending.Count;

    private bool IsDiskDown => !_isStopping && _failedAt is { } at && _time.GetElapsedTime(at) < ProbeInterval;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "OSS log buffer" }.Start();

    /// <summary>Whether a folder in the buffer is one of this process's.</summary>
    public bool Owns(string name)
    {
        lock (_folders)
            return _attempt?.Text == name || _folders.Exists(f => f.Name == name);
    }

    /// <summary>Tries once more, and gives up what does not find its way to disk. The staging buffer must be closed.</summary>
    public void Stop()
    {
        _isStopping = true;
        _work.Set();
    }

    /// <summary>Gives up what is left, also while the thread hangs in a call of the disk.</summary>
    public void Abandon() => Abandon(isOver: false);

    private void Abandon(bool isOver)
    {
        List<(Block Block, bool MayBeDelivered)> left;
        lock (_pending)
        {
            // The next process may find what a thread that hangs was writing, and what could not be cut off.
            _isAbandoned = true;
            left = [.. _pending.Select(block => (block, !isOver || _toCut is not null))];
            _pending.Clear();
            while (_staging.Take() is { } block)
                left.Add((block, false));
        }

        foreach (var (block, mayBeDelivered) in left)
        {
            _deliveryTracker.DroppedInMemory(DropReason.CloseTimeOver, block.Count, block.States, "the application stopped before there was space for them on disk.", mayBeDelivered);
            _tracker.GiveUp(block.FirstId, block.LastId, block.Count);
            _staging.Placed();

            // A thread that hangs may be reading it still.
            if (isOver)
                _staging.Release(block);
        }
    }

    /// <summary>Gives up what was on disk only, in folders that somebody has removed. Nobody may be reading.</summary>
    public void GiveUpRemoved()
    {
        BufferFolder[] folders;
        lock (_folders)
            folders = [.. _folders];
        if (folders.Sum(folder => folder.GiveUpRemoved()) is > 0 and var records)
            _deliveryTracker.DroppedOnDisk(DropReason.Unreadable, records, "the buffer on disk is damaged.");
    }

    /// <summary>Lets go of all folders: those in which nothing is left go. The thread must have ended.</summary>
    public void DisposeFolders()
    {
        _active?.Dispose();
        _toCut?.TryCutOff();
        lock (_folders)
        {
            foreach (var folder in _folders)
            {
                folder.Finish();
                folder.Dispose();
            }

            _folders.Clear();
        }

        if (_attempt is { } name)
            ActiveFolder.ClearUp(_files, _settings, name);
    }

    private void Run()
    {
        using var delivery = DeliveryScope.EnterOnThread(_source);
        TryOpen();
        while (true)
        {
            try
            {
                var isLast = _isStopping;
                var wait = Step();
                if (IsDone(isLast))
                    break;

                _work.Wait(wait);
            }
            catch (Exception e)
            {
                // Whatever it was, the next round begins with the same blocks.
                _reporter.BufferFailed("events wait in memory, and those that OSS has not taken are lost if the process ends", e);
                if (_isStopping)
                    break;
                _work.Wait(ProbeInterval);
            }
        }

        Abandon(isOver: true);
        _ended.TrySetResult(true);
    }

    private bool IsDone(bool isLast)
    {
        if (isLast || _isAbandoned)
            return true;
        if (_pending.Count > 0 || _staging.HasWork || !_staging.IsClosed)
            return false;

        TrySync();
        return true;
    }

    // Does what can be done now; says how long to wait at most before there may be more.
    private TimeSpan Step()
    {
        Sweep();
        if (_staging.WantsMemory)
            ReleaseCopies();
        if (!_staging.HasWork && _pending.Count == 0)
            return _active?.HasUnsynced == true && _tracker.IsDiskAwaited && !TrySync() ? ProbeInterval : Timeout.InfiniteTimeSpan;

        if (!HasUnwritten && Remaining(_lastWrite, Pace) is var pause && pause > TimeSpan.Zero && !IsHurried)
            return pause;

        bool goesOn;
        do
        {
            // A round is bounded; and the first failure of a folder says little of the next one.
            _triesAgain = false;
            goesOn = TryPlace();
        }
        while (_triesAgain || (goesOn && _staging.HasWork && IsHurried));

        PlaceInMemory();

        if (HasUnwritten || (IsDiskDown && _staging.HasWork))
            return _failedAt is null || _isStopping ? ProbeInterval : Remaining(_failedAt, ProbeInterval);
        if (_staging.HasWork)
            return Remaining(_lastWrite, Pace);
        return _pending.Count > 0 ? Remaining(_lastSync, _settings.SyncInterval!.Value) : Timeout.InfiniteTimeSpan;
    }

    // Writes as much as there is space for, and makes it durable if that is due. False if the disk takes no more now.
    private bool TryPlace()
    {
        if (IsDiskDown)
            return false;

        try
        {
            if (!TryGetReady())
                return false;

            var isFull = !WriteRound();
            if (isFull)
                _reporter.BufferFull("new events wait in memory until OSS has taken some");
            if (_active is null)
                return false;

            _lastWrite = _time.GetTimestamp();
            if (!_settings.Syncs)
            {
                _active.ThrowIfRemoved();
                Publish();
            }

            if ((isFull && _written > 0) || IsSyncDue())
                Sync();
            _failedAt = null;
            _reporter.BufferWorks();
            return !isFull;
        }
        catch (Exception e)
        {
            // Not only what the disk refuses: whatever it is, these blocks are not safe there.
            Fail(e);
            return false;
        }
    }

    private bool TryGetReady()
    {
        if (_toCut is not null && !_toCut.TryCutOff())
        {
            _failedAt = _time.GetTimestamp();
            return false;
        }

        _toCut = null;
        if (_active is null && DiskBytes + _otherBytes() + ActiveFolder.CostOfFirst(null) <= _settings.SizeLimit)
            Open();
        return true;
    }

    // False if there was more than finds space.
    private bool WriteRound()
    {
        for (var bytes = 0L; bytes < LargestRound && NextBlock() is { } block; bytes += block.Length)
        {
            if (!MakeSpaceFor(block))
                return false;

            Write(block);
        }

        return true;
    }

    private void Write(Block block)
    {
        try
        {
            _active!.Write(block);
            _written++;
        }
        catch (Exception) when (_written > 0)
        {
            // What was written before it may be safe all the same.
            SaveWritten();
            throw;
        }
    }

    private void SaveWritten()
    {
        try
        {
            Sync();
        }
        catch (Exception)
        {
            // Then it goes elsewhere, with the rest.
        }
    }

    private Block? NextBlock()
    {
        lock (_pending)
        {
            if (!HasUnwritten && !_isAbandoned && _staging.Take() is { } taken)
                _pending.Add(taken);
            return HasUnwritten ? _pending[_written] : null;
        }
    }

    private bool MakeSpaceFor(Block block)
    {
        while (_active is null || !Fits(_active.CostOf(block) + _active.UnpublishedBytes))
        {
            if (!_settings.DropsOldest || !CanFit(block) || !DropOldest())
                return false;
            if (_active is null && Fits(ActiveFolder.CostOfFirst(block)))
                Open();
        }

        return true;
    }

    private bool Fits(long cost) => DiskBytes + _otherBytes() + cost <= _settings.SizeLimit;

    // Whether it would with nothing else on disk; if not, nothing needs to be dropped for it.
    private bool CanFit(Block block) => ActiveFolder.CostOfFirst(block) + _otherBytes() <= _settings.SizeLimit;

    private bool DropOldest()
    {
        BufferFolder[] folders;
        lock (_folders)
            folders = [.. _folders];
        foreach (var folder in folders)
        {
            if (folder.DropOldest() is not var (segment, records))
                continue;

            segment.Copies.ReleaseAll(_staging.ReleaseCopy);
            _deliveryTracker.DroppedOnDisk(DropReason.BufferFull, records, "the buffer on disk was full, and its oldest events gave way.");
            return true;
        }

        return false;
    }

    private bool IsSyncDue() => _settings.SyncInterval is { } interval
        ? _written > 0 && (HasUnwritten || IsHurried || Remaining(_lastSync, interval) == TimeSpan.Zero)
        : _tracker.IsDiskAwaited;

    private void Sync()
    {
        _active?.Sync();
        _lastSync = _time.GetTimestamp();
        Publish();
        _tracker.Handle(_passedId);
    }

    private bool TrySync()
    {
        try
        {
            Sync();
            return true;
        }
        catch (Exception e)
        {
            Fail(e);
            return false;
        }
    }

    // Records are safe once they are on disk, so their owners are told now.
    private void Publish()
    {
        Block[] written;
        lock (_pending)
        {
            written = _isAbandoned ? [] : [.. _pending.Take(_written)];
            _pending.RemoveRange(0, written.Length);
            _written = 0;
        }

        if (written.Length == 0)
            return;

        _copied.RemoveAll(segment => segment.IsFinal && segment.Copies.NextOffset is null);
        foreach (var block in written)
        {
            _deliveryTracker.Persisted(block.States);
            _staging.Placed();
        }

        _passedId = written[written.Length - 1].LastId;
        _queue.Placed(_passedId);
        var folder = _active!.Folder;
        var isRead = new List<Block>();
        _active.Publish(
            segment =>
            {
                _copied.Add(segment);
                _queue.Add(new DeliveryQueue.Item(folder, segment, null));
            },
            block =>
            {
                if (_staging.TryKeepCopy(block))
                    return true;
                isRead.Add(block);
                return false;
            });
        isRead.ForEach(_staging.Release);
    }

    private void ReleaseCopies() => _copied.ForEach(segment => segment.Copies.ReleaseAll(_staging.ReleaseCopy));

    private void TryOpen()
    {
        try
        {
            if (DiskBytes + _otherBytes() + ActiveFolder.CostOfFirst(null) <= _settings.SizeLimit)
                Open();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Open()
    {
        // An attempt that failed is tried again under the same name, so that nothing is left of it.
        lock (_folders)
            _attempt ??= FolderName.New(_time, _lastName);
        _active = ActiveFolder.Open(_files, _settings, _attempt!.Value, _tracker, _work.Set);
        lock (_folders)
        {
            _folders.Add(_active.Folder);
            (_lastName, _attempt) = (_attempt, null);
        }
    }

    private void Fail(Exception error)
    {
        var isFirst = _lastFailure is not { } last || _time.GetElapsedTime(last) >= ProbeInterval;
        _lastFailure = _failedAt = _time.GetTimestamp();
        _reporter.BufferFailed("events wait in memory, and those that OSS has not taken are lost if the process ends", error);
        if (_active is not { } failed)
            return;

        // What was published is on its way; what was not goes elsewhere, once it cannot be found here any more.
        _active = null;
        _written = 0;
        failed.End();
        _toCut = failed.TryCutOff() ? null : failed;
        _triesAgain = isFirst && _toCut is null;
        if (_triesAgain)
            _failedAt = null;
        _tracker.Handle(_passedId);
    }

    // Whatever is on disk is in memory as well: the next block may follow it there.
    private void PlaceInMemory()
    {
        while (!_isStopping && _written == 0 && _toCut is null && _queue.IsConsumed && (IsDiskDown || HasUnwritten))
        {
            if (NextBlock() is not { } block)
                return;

            // The disk may hang in this: until then the block is one that waits.
            _active?.EndSegment();
            lock (_pending)
            {
                if (_isAbandoned)
                    return;

                _pending.RemoveAt(0);
                _tracker.Expose(block.FirstId, block.LastId, block.Count);
                _staging.Placed();
                _lastWrite = _time.GetTimestamp();
                _passedId = block.LastId;
                _queue.Placed(_passedId);
                _queue.Add(new DeliveryQueue.Item(null, null, block));
            }

            if (_active?.HasUnsynced != true)
                _tracker.Handle(_passedId);
        }
    }

    // Finished folders go when all of them is in OSS.
    private void Sweep()
    {
        List<BufferFolder> empty;
        lock (_folders)
        {
            empty = _folders.Where(f => f != _active?.Folder && f != _toCut?.Folder && f.IsEmpty).ToList();
            _folders.RemoveAll(empty.Contains);
        }

        empty.ForEach(folder => folder.Dispose());
    }

    private TimeSpan Remaining(long? since, TimeSpan interval)
    {
        var left = since is { } at ? interval - _time.GetElapsedTime(at) : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
