using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Writes blocks from the staging buffer to disk, in order: all waiting blocks, then one sync. While the disk takes nothing, blocks wait in memory;
/// once everything on disk was read, they are shipped from memory. A folder that had a write error is closed: its unconfirmed blocks are cut off,
/// and written to a new folder when the disk works. Runs on its own thread, so that an exhausted thread pool does not stop it.
/// </summary>
internal sealed class BufferWriter(
    IBufferFiles files,
    DiskBufferSettings settings,
    StagingBuffer staging,
    DeliveryQueue queue,
    FlushTracker tracker,
    DeliveryTracker deliveryTracker,
    DeliveryReporter reporter,
    TimeProvider time,
    ThreadSignal work,
    Func<long> otherBytes)
{
    private const long LargestRound = 4 << 20;

    // The shortest time between two writes, unless many bytes wait or a flush is running.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    // The pause before a failed disk is tried again.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(5);

    private readonly MemoryOnlySource _memoryOnly = new(tracker);
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    // Guarded by itself: this process's folders, including the one being written.
    private readonly List<BufferFolder> _folders = [];

    // Guarded by itself: blocks that are not safe on disk yet, in order; the first _written of them are written but not published.
    private readonly List<Part> _pending = [];
    private bool _isAbandoned;

    // Used by the thread only. _lastId is the last record that was published on disk or passed on from memory.
    private ActiveFolder? _active;
    private ActiveFolder? _toCut;
    private FolderName? _lastName;
    private FolderName? _attempt;
    private int _written;
    private long _lastId;
    private long? _lastWrite;
    private long? _lastSync;
    private long? _lastFailure;
    private long? _downSince;
    private volatile bool _holdsNumbers;

    /// <summary>How far records are numbered, of earlier processes too; each new folder begins with it. Used by the thread only, once it was started.</summary>
    public RecentStreams<SequenceMark> Numbers { get; init; } = SequenceMarks.Create();

    /// <summary>
    /// Whether others need not keep the <see cref="Numbers"/>: a folder of this process has them, or a new folder has no space because of the others.
    /// </summary>
    public bool HoldsNumbers => _holdsNumbers;

    /// <summary>Completes when the thread ends: once the staging buffer is closed and empty, or once stopped.</summary>
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
                return _folders.Sum(f => f.UnsettledRecords);
        }
    }

    private bool IsHurried => _isStopping || staging.IsUrgent || tracker.IsDiskAwaited || tracker.IsOssAwaited;

    private bool HasUnwritten => _written < _pending.Count;

    private bool IsDiskDown => !_isStopping && Remaining(_downSince, ProbeInterval) > TimeSpan.Zero;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "OSS log buffer" }.Start();

    /// <summary>Whether a folder in the buffer belongs to this process.</summary>
    public bool Owns(string name)
    {
        lock (_folders)
            return _attempt?.Text == name || _folders.Exists(f => f.Name == name);
    }

    /// <summary>Tries to write once more, then drops what is not on disk. The staging buffer must be closed.</summary>
    public void Stop()
    {
        _isStopping = true;
        work.Set();
    }

    /// <summary>Drops the remaining records, even while the thread hangs in a disk call.</summary>
    public void Abandon() => Abandon(isOver: false);

    private void Abandon(bool isOver)
    {
        List<(Block Block, bool MayBeDelivered)> left;
        lock (_pending)
        {
            // The next process may find, and deliver, blocks that a hanging thread was writing, or that could not be cut off.
            _isAbandoned = true;
            left = [.. _pending.Select(part => (part.Block!, !isOver || _toCut is not null))];
            _pending.Clear();
            while (staging.Take() is { } block)
                left.Add((block, false));
        }

        foreach (var (block, mayBeDelivered) in left)
        {
            // The next process continues behind these numbers, so that they are seen as a gap.
            if (isOver)
                Raise(block);
            deliveryTracker.DroppedInMemory(DropReason.CloseTimeOver, block.Count, block.States, "the application stopped before there was space for them on disk.", mayBeDelivered);
            tracker.GiveUp(block.FirstId, block.LastId, block.Count);
            staging.Placed();

            // A hanging thread may still be reading the block.
            if (isOver)
                staging.Release(block);
        }
    }

    /// <summary>Drops records that were only on disk, in folders that were removed. No reader may be running.</summary>
    public void GiveUpRemoved()
    {
        if (Folders().Sum(folder => folder.GiveUpRemoved()) is > 0 and var records)
            deliveryTracker.DroppedOnDisk(DropReason.Unreadable, records, "the disk buffer is damaged.");
    }

    /// <summary>Releases all folders, and deletes the empty ones. The thread must have ended.</summary>
    public void DisposeFolders()
    {
        // The thread hung when the appender closed, and wrote blocks afterwards. The folder is left unfinished, so that the next process ships them.
        var unfinished = _active is { UnpublishedBytes: > 0 } ? _active.Folder : null;
        _active?.Dispose();
        _toCut?.TryCutOff();
        var folders = Folders();
        foreach (var folder in folders)
        {
            if (folder != unfinished)
                folder.Finish();
            folder.KeepsNumbers = false;
            if (folder == folders[folders.Length - 1])
                WriteNumbers(folder);
            folder.Dispose();
        }

        lock (_folders)
            _folders.Clear();
        if (_attempt is { } name)
            ActiveFolder.ClearUp(files, settings, name);
    }

    private BufferFolder[] Folders()
    {
        lock (_folders)
            return [.. _folders];
    }

    private void Run()
    {
        using var delivery = DeliveryScope.EnterOnThread(reporter.Source);
        TryPlace();
        var isDone = false;
        while (!isDone)
        {
            try
            {
                var isLast = _isStopping;
                var wait = Step();
                isDone = IsDone(isLast);
                if (!isDone)
                    work.Wait(wait);
            }
            catch (Exception e)
            {
                // After any error, the next round starts with the same blocks.
                reporter.BufferFailed("events wait in memory, and are lost if the process ends before OSS accepts them", e);
                isDone = _isStopping;
                if (!isDone)
                    work.Wait(ProbeInterval);
            }
        }

        Abandon(isOver: true);
        _ended.TrySetResult(true);
    }

    private bool IsDone(bool isLast)
    {
        if (isLast || _isAbandoned)
            return true;
        if (_pending.Count > 0 || staging.HasWork || !staging.IsClosed)
            return false;

        TrySync();
        return true;
    }

    // Does what can be done now; returns the longest time to wait before the next step.
    private TimeSpan Step()
    {
        Sweep();
        if (staging.IsFull)
            queue.ReleaseCopies();
        if (!staging.HasWork && _pending.Count == 0)
            return _active?.HasUnsynced == true && tracker.IsDiskAwaited && !TrySync() ? ProbeInterval : Timeout.InfiniteTimeSpan;

        if (!HasUnwritten && Remaining(_lastWrite, Pace) is var pause && pause > TimeSpan.Zero && !IsHurried)
            return pause;

        // A round is limited in size, so more may be waiting.
        while (TryPlace() && staging.HasWork && IsHurried)
        {
        }

        PlaceInMemory();

        if (HasUnwritten || (IsDiskDown && staging.HasWork))
            return _downSince is null || _isStopping ? ProbeInterval : Remaining(_downSince, ProbeInterval);
        if (staging.HasWork)
            return Remaining(_lastWrite, Pace);
        return _pending.Count > 0 ? Remaining(_lastSync, settings.SyncInterval!.Value) : Timeout.InfiniteTimeSpan;
    }

    // Writes as much as fits, and syncs it if that is due. False if the disk takes no more now.
    private bool TryPlace()
    {
        if (IsDiskDown)
            return false;

        try
        {
            if (!TryGetReady())
                return false;

            _downSince = null;
            var isFull = !WriteRound();
            if (isFull)
                reporter.BufferFull("new events wait in memory until OSS accepts older ones");
            if (_active is null)
                return false;

            if (_written > 0)
                _lastWrite = time.GetTimestamp();
            if (!settings.Syncs)
            {
                _active.ThrowIfRemoved();
                Publish();
            }

            if ((isFull && _written > 0) || IsSyncDue())
                Sync();
            reporter.BufferWorks();
            return !isFull;
        }
        catch (Exception e)
        {
            // Not only disk errors are caught: after any exception, the unpublished blocks are not safe in this folder.
            return Fail(e) && TryPlace();
        }
    }

    private bool TryGetReady()
    {
        if (_toCut is not null && !_toCut.TryCutOff())
        {
            _downSince = time.GetTimestamp();
            return false;
        }

        _toCut = null;
        if (_active is null && FitsFirst(null))
            Open();
        else if (_active is null)
            _holdsNumbers = true;
        return true;
    }

    // False if a block does not fit.
    private bool WriteRound()
    {
        for (var bytes = 0L; bytes < LargestRound && NextPart() is { } part; bytes += part.Block!.Length)
        {
            if (!MakeSpaceFor(part.Block!))
                return false;

            Write(part);
        }

        return true;
    }

    private void Write(Part part)
    {
        try
        {
            _active!.Write(part);
            Raise(part.Block!);
            _written++;
        }
        catch (Exception) when (_written > 0)
        {
            // The blocks that were written before this one may still become durable.
            try
            {
                Sync();
            }
            catch (Exception)
            {
                // Then those blocks are written to another folder, with the rest.
            }

            throw;
        }
    }

    private Part? NextPart()
    {
        lock (_pending)
        {
            if (!HasUnwritten && !_isAbandoned && staging.Take() is { } taken)
                _pending.Add(new Part(taken, _memoryOnly));
            return HasUnwritten ? _pending[_written] : null;
        }
    }

    private bool MakeSpaceFor(Block block)
    {
        while (_active is null || !Fits(_active.CostOf(block) + _active.UnpublishedBytes))
        {
            // A block that would not fit into an empty buffer is no reason to drop records.
            if (!settings.DropsOldest || ActiveFolder.CostOfFirst(block, Numbers.Count) + otherBytes() > settings.SizeLimit || !DropOldest())
                return false;
            if (_active is null && FitsFirst(block))
                Open();
        }

        return true;
    }

    private bool Fits(long cost) => DiskBytes + otherBytes() + cost <= settings.SizeLimit;

    private bool FitsFirst(Block? block) => Fits(ActiveFolder.CostOfFirst(block, Numbers.Count));

    private bool DropOldest()
    {
        foreach (var folder in Folders())
        {
            if (folder.DropOldest() is not var (segment, records))
                continue;

            queue.ReleaseCopies(segment);
            deliveryTracker.DroppedOnDisk(DropReason.BufferFull, records, "the disk buffer was full, so its oldest events were dropped.");
            return true;
        }

        return false;
    }

    private bool IsSyncDue() => settings.SyncInterval is { } interval
        ? _written > 0 && (HasUnwritten || IsHurried || Remaining(_lastSync, interval) == TimeSpan.Zero)
        : tracker.IsDiskAwaited;

    private void Sync()
    {
        _active?.Sync();
        _lastSync = time.GetTimestamp();
        Publish();
        tracker.Handle(_lastId);
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

    // Published records are on disk, so the listener is notified now.
    private void Publish()
    {
        List<Part> written;
        lock (_pending)
        {
            written = _isAbandoned ? [] : _pending.GetRange(0, _written);
            _pending.RemoveRange(0, written.Count);
            _written = 0;
        }

        if (written.Count == 0)
            return;

        foreach (var part in written)
        {
            deliveryTracker.Persisted(part.Block!.States);
            staging.Placed();
            _lastId = part.Block.LastId;
        }

        _active!.Publish(written);
        written.ForEach(part => queue.Add(part, keepsCopy: !staging.IsFull));
    }

    private void Open()
    {
        // A failed attempt is repeated under the same name, so that nothing of it is left.
        lock (_folders)
            _attempt ??= FolderName.New(time, _lastName);
        _active = ActiveFolder.Open(files, settings, _attempt!.Value, tracker, work.Set);
        lock (_folders)
        {
            _folders.Add(_active.Folder);
            (_lastName, _attempt) = (_attempt, null);
        }

        WriteNumbers(_active.Folder);
        _holdsNumbers = !settings.Syncs || Numbers.IsEmpty || BufferFiles.Try(_active.Folder.Journal.Sync);
    }

    // The next process continues the numbers of the last folder.
    private void WriteNumbers(BufferFolder folder)
    {
        foreach (var mark in Numbers.All)
            folder.Journal.Numbered(mark.Key, mark.Value);
        folder.KeepsNumbers = !Numbers.IsEmpty;
    }

    private void Raise(Block block)
    {
        foreach (var (stream, mark) in block.Marks)
            Numbers.Raise(stream, mark);
    }

    // Ends the folder that failed. Published blocks are shipped from it; the rest is written to another folder once it is cut off here. Returns
    // whether to retry at once: after one failure, a new folder may work.
    private bool Fail(Exception error)
    {
        var isFirst = Remaining(_lastFailure, ProbeInterval) == TimeSpan.Zero;
        _lastFailure = _downSince = time.GetTimestamp();
        reporter.BufferFailed("events wait in memory, and are lost if the process ends before OSS accepts them", error);
        if (_active is not { } failed)
            return false;

        (_active, _written) = (null, 0);
        lock (_pending)
            _pending.ForEach(part => part.Displace());
        failed.End();
        _toCut = failed.TryCutOff() ? null : failed;
        tracker.Handle(_lastId);
        if (!isFirst || _toCut is not null)
            return false;

        _downSince = null;
        return true;
    }

    // Used while the disk takes nothing. Once everything on disk was read, the next block can be shipped from memory, in its order.
    private void PlaceInMemory()
    {
        while (!_isStopping && _written == 0 && _toCut is null && queue.IsConsumed && (IsDiskDown || HasUnwritten))
        {
            if (NextPart() is not { } part)
                return;

            // This call may hang; until it returns, the block counts as waiting.
            _active?.EndSegment();
            lock (_pending)
            {
                if (_isAbandoned)
                    return;

                var block = part.Block!;
                _pending.RemoveAt(0);
                tracker.Expose(block.FirstId, block.LastId, block.Count);
                staging.Placed();
                _lastWrite = time.GetTimestamp();
                _lastId = block.LastId;
                Raise(block);
                queue.Add(part, keepsCopy: false);
            }

            if (_active?.HasUnsynced != true)
                tracker.Handle(_lastId);
        }
    }

    // Finished folders are deleted once all records in them are settled.
    private void Sweep()
    {
        // While the disk fails, the numbers of the records are in the last folder only.
        var folders = Folders();
        var last = _active is null && !Numbers.IsEmpty && folders.Length > 0 ? folders[folders.Length - 1] : _active?.Folder;
        foreach (var folder in folders.Where(f => f != last && f != _toCut?.Folder && f.IsEmpty))
        {
            folder.KeepsNumbers = false;
            lock (_folders)
                _folders.Remove(folder);
            folder.Dispose();
        }
    }

    private TimeSpan Remaining(long? since, TimeSpan interval)
    {
        var left = since is { } at ? interval - time.GetElapsedTime(at) : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
