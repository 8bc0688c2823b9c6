using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Takes blocks from the door to disk, in order: all that wait in one go, then one sync. While the disk takes nothing, they
/// wait in memory, and once everything on disk is on its way they are shipped from there, so that a stream keeps its order.
/// One loop of its own does all of this.
/// </summary>
internal sealed class SpoolWriter
{
    private const long LargestRound = 4 << 20;

    // At most so often something is written, unless much waits or somebody flushes.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    // A disk that failed is tried again this often.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(5);

    private readonly SpoolDoor _door;
    private readonly LiveFolder _disk;
    private readonly MemoryDetour _detour;
    private readonly FlushBook _book;
    private readonly DeliveryFate _fate;
    private readonly DeliveryReporter _reporter;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _syncInterval;
    private volatile bool _isStopping;

    // The loop's own: blocks that are not safe yet, in order, the first of them written but not synced.
    private readonly List<SpoolBlock> _blocks = [];
    private int _written;
    private long? _lastWrite;
    private long? _lastSync;
    private long? _failedAt;

    // The last record that is past the disk: written there, or shipped without it.
    private long _passedId;

    public SpoolWriter(SpoolDoor door, LiveFolder disk, MemoryDetour detour, FlushBook book, DeliverySetup setup, TimeSpan? syncInterval)
    {
        _door = door;
        _disk = disk;
        _detour = detour;
        _book = book;
        _fate = setup.Fate;
        _reporter = setup.Reporter;
        _time = setup.Time;
        _syncInterval = syncInterval;
    }

    private bool IsHurried => _isStopping || _door.IsUrgent || _book.IsDiskAwaited || _book.IsOssAwaited;

    private bool HasUnwritten => _written < _blocks.Count;

    /// <summary>Writes until the door is closed and empty, or until stopped.</summary>
    public async Task RunAsync()
    {
        TryOpen();
        while (true)
        {
            var work = _door.Work.Next;
            var changed = _disk.Changed;
            var isLast = _isStopping;
            var wait = Step(out var room);
            if (_blocks.Count == 0 && !_door.HasWork && _door.IsClosed)
            {
                TrySync();
                return;
            }

            if (isLast)
            {
                GiveUpRest();
                return;
            }

            var next = HasUnwritten ? Task.WhenAny(work, changed, room ?? work) : work;
            _ = await Waiting.ForAsync(next, wait, _time).ConfigureAwait(false);
        }
    }

    /// <summary>Tries once more, and gives up what does not find its way to disk. The door must be closed.</summary>
    public void Stop()
    {
        _isStopping = true;
        _door.Work.Beat();
    }

    // Does what can be done now; says how long to wait at most before there may be more.
    private TimeSpan Step(out Task? room)
    {
        room = null;
        if (!_door.HasWork && _blocks.Count == 0)
            return _book.IsDiskAwaited && !TrySync() ? ProbeInterval : Timeout.InfiniteTimeSpan;

        if (!HasUnwritten && Left(_lastWrite, Pace) is var pause && pause > TimeSpan.Zero && !IsHurried)
            return pause;

        bool hasFailed;
        do
        {
            Collect();
            hasFailed = !TryPlace();
            if (HasUnwritten && _written == 0 && _disk.IsCaughtUp)
                Feed(out room);
        }
        while (!HasUnwritten && _door.HasWork && (hasFailed || IsHurried));

        // A round is bounded: what it left has been told of, and nobody tells of it again.
        if (!HasUnwritten && _door.HasWork)
            return Left(_lastWrite, Pace);

        // Room comes with a beat, and only the recovery of a disk without one.
        return _failedAt is not null && (HasUnwritten || _book.IsDiskAwaited) ? Left(_failedAt, ProbeInterval)
            : _blocks.Count > 0 && !HasUnwritten ? Left(_lastSync, _syncInterval!.Value)
            : Timeout.InfiniteTimeSpan;
    }

    private void Collect()
    {
        var bytes = 0L;
        foreach (var block in _blocks)
            bytes += block.Length;
        while (bytes < LargestRound && _door.Take() is { } block)
        {
            _blocks.Add(block);
            bytes += block.Length;
        }
    }

    // False if the disk failed, now or just before.
    private bool TryPlace()
    {
        if (!_isStopping && _failedAt is { } at && _time.GetElapsedTime(at) < ProbeInterval)
            return false;

        try
        {
            _disk.Open();
            var isFull = false;
            while (HasUnwritten && !isFull)
            {
                isFull = !_disk.HasRoomFor(_blocks[_written]);
                if (!isFull)
                    WriteNext();
            }

            _lastWrite = _time.GetTimestamp();
            if (_syncInterval is null)
                ReleaseWritten();
            if (isFull || IsSyncDue())
                Sync();
            if (isFull)
                _reporter.BufferFull("new events wait in memory until OSS has taken some");

            _failedAt = null;
            _reporter.BufferWorks();
            return true;
        }
        catch (IOException e)
        {
            Fail(e);
            return false;
        }
    }

    private void WriteNext()
    {
        CutOff(_written);
        _disk.Write(_blocks[_written]);
        _written++;
    }

    // A block of which some is shipped from memory goes on without that.
    private void CutOff(int index)
    {
        var block = _blocks[index];
        if (_detour.TakeRest(block) is not { } rest)
            return;

        _blocks[index] = rest;
        _door.Exchange(block, rest);
    }

    private bool IsSyncDue() => _syncInterval is { } interval
        ? _written > 0 && (HasUnwritten || IsHurried || Left(_lastSync, interval) == TimeSpan.Zero)
        : _book.IsDiskAwaited;

    private void Sync()
    {
        _disk.Sync();
        _lastSync = _time.GetTimestamp();
        ReleaseWritten();
        _book.Handle(_passedId);
    }

    private bool TrySync()
    {
        try
        {
            Sync();
            return true;
        }
        catch (IOException e)
        {
            Fail(e);
            return false;
        }
    }

    private void TryOpen()
    {
        try
        {
            _disk.Open();
        }
        catch (IOException e)
        {
            Fail(e);
        }
    }

    private void Fail(IOException error)
    {
        _failedAt = _time.GetTimestamp();

        // What was written before the fault is on its way now, so that the rest may be shipped behind it.
        _disk.EndSegment();
        _written = _blocks.Count(b => b.LastId <= _disk.LastId);
        ReleaseWritten();
        if (!_disk.HasUnsynced)
            _book.Handle(_passedId);
        _reporter.BufferFailed("events wait in memory, and those that OSS has not taken are lost if the process ends", error);
    }

    // On disk they are safe, so whoever waits for their fate need not wait any longer.
    private void ReleaseWritten()
    {
        foreach (var block in _blocks.Take(_written).ToArray())
        {
            _fate.Kept(block.States);
            _passedId = block.LastId;
            _door.Release(block);
        }

        _blocks.RemoveRange(0, _written);
        _written = 0;
    }

    private void Feed(out Task? room)
    {
        room = null;
        while (_blocks.Count > 0)
        {
            var block = _blocks[0];
            if (_detour.Feed(block) is { } stuck)
            {
                room = stuck;
                return;
            }

            _passedId = block.LastId;
            _door.Release(block);
            _blocks.RemoveAt(0);
            if (!_disk.HasUnsynced)
                _book.Handle(_passedId);
        }
    }

    private void GiveUpRest()
    {
        while (_door.Take() is { } block)
            _blocks.Add(block);
        if (_blocks.Count > 0)
            CutOff(0);
        foreach (var block in _blocks)
        {
            _fate.LostInMemory(DropReason.CloseTimeOver, block.Count, block.States, "the application stopped before there was room for them on disk.");
            _book.GiveUp(block.FirstId, block.Count);
            _door.Release(block);
        }

        _blocks.Clear();
    }

    private TimeSpan Left(long? since, TimeSpan interval)
    {
        var left = since is { } at ? interval - _time.GetElapsedTime(at) : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
