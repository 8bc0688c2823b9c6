using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Brings the records of segments and blocks to the memory buffer, in their order, as far as that has space. What the disk does
/// not give now is tried again for a minute; only what was read and found damaged, or is gone, is given up. Used by one loop.
/// </summary>
internal sealed class BufferReader
{
    // A range that cannot be read now may be readable later: it is retried for a minute, the ranges after it less often.
    public const int MostTries = 12;
    public const int TriesAfterThat = 2;
    public static readonly TimeSpan TryInterval = TimeSpan.FromSeconds(5);

    // No segment is longer, whatever a file's length says: its size, and one block that was too large for it.
    public const long LongestSegment = (16 << 20) + BlockHeader.LargestBlock;

    private readonly IBufferFiles _files;
    private readonly MemoryBuffer _memory;
    private readonly DamageReport _damage;
    private readonly TimeProvider _time;
    private readonly DeliveryTracker? _deliveryTracker;
    private readonly Action? _stuck;
    private readonly StreamNames _names = new();
    private readonly PassedOverStreams _passedOver;
    private readonly object _passing = new();
    private bool _isGivenUp;

    /// <param name="files">The disk.</param>
    /// <param name="memory">Where the records go.</param>
    /// <param name="damage">What cannot be read is told here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deliveryTracker">Told of records of this process that cannot be read any more; null for another's.</param>
    /// <param name="stuck">Called when a segment of this process could not be opened for a minute; it is tried on.</param>
    public BufferReader(IBufferFiles files, MemoryBuffer memory, DamageReport damage, TimeProvider time, DeliveryTracker? deliveryTracker = null, Action? stuck = null)
    {
        _files = files;
        _memory = memory;
        _damage = damage;
        _time = time;
        _deliveryTracker = deliveryTracker;
        _stuck = stuck;
        _passedOver = new PassedOverStreams(files, memory, damage, time, deliveryTracker, stuck);
    }

    /// <summary>Whether a record is to be delivered; null for all. It is told the stream's hash and the id.</summary>
    public Func<ulong, long, bool>? IsWanted { get; set; }

    /// <summary>Gives back the memory of written blocks that were read from there.</summary>
    public Action<Block> ReleaseCopy { get; init; } = static block => block.Release();

    /// <summary>Called when everything up to an id was read.</summary>
    public Action<long>? Consumed { get; init; }

    /// <summary>The last record that was read. What does not ascend stands in a copy.</summary>
    public long LastId { get; set; }

    /// <summary>Reads a segment to its end, behind its writer if that still writes to it.</summary>
    /// <returns>False if another's cannot be opened: what comes behind it must wait for it.</returns>
    public async Task<bool> ReadAsync(BufferFolder folder, Segment segment, CancellationToken cancellationToken)
    {
        if (!folder.Take(segment))
        {
            Consumed?.Invoke((segment.End ?? segment.FirstId) - 1);
            return true;
        }

        try
        {
            return await ReadTakenAsync(folder, segment, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder.EndTaking(segment);
        }
    }

    private async Task<bool> ReadTakenAsync(BufferFolder folder, Segment segment, CancellationToken cancellationToken)
    {
        using var open = new OpenSegment(this, folder, segment);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            var changed = folder.Changed.NextAsync();
            var (length, end, isFinal) = folder.Extent(segment);
            length = Math.Min(length, LongestSegment);
            if (open.Offset < length)
            {
                if (!await open.ReadNextAsync(length, end, cancellationToken).ConfigureAwait(false))
                    return open.IsGone;
            }
            else if (isFinal)
            {
                break;
            }
            else
            {
                await Waiting.WithAsync(OrAcceptingAgain(changed), cancellationToken).ConfigureAwait(false);
            }
        }

        open.Finish(folder.Extent(segment).End);
        folder.EndReading(segment);
        if (Consumed is not null && segment.End is { } last)
            Consumed(last - 1);
        return true;
    }

    /// <summary>Reads a block that is in memory only.</summary>
    public async Task ReadAsync(BlockRecords records, IReadOnlyList<(long Id, object State)> states, RecordSource source, CancellationToken cancellationToken)
    {
        var left = new Queue<(long Id, object State)>(states);
        while (records.IsHeld || records.TryRead())
        {
            records.IsHeld = true;
            while (left.Count > 0 && left.Peek().Id < records.Id)
                left.Dequeue();
            var state = left.Count > 0 && left.Peek().Id == records.Id ? left.Peek().State : null;
            while (await WhatHoldsUpAsync(records, source, state, cancellationToken).ConfigureAwait(false) is { } obstacle)
                await Waiting.WithAsync(OrAcceptingAgain(obstacle), cancellationToken).ConfigureAwait(false);
            records.IsHeld = false;
        }

        Consumed?.Invoke(records.Header.LastId);
    }

    /// <summary>Nothing that is in memory only gets any further, also while a loop reads. All up to <see cref="LastId"/> has got through.</summary>
    public void EndPassing()
    {
        lock (_passing)
            _isGivenUp = true;
    }

    // What was passed over of its stream goes first. Null once it has got through.
    private async Task<Task?> WhatHoldsUpAsync(BlockRecords records, RecordSource source, object? state, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return _passedOver.Contains(records.Streams[records.StreamIndex]) ? _passedOver.AcceptingAgain : TryPass(records, source, state);
    }

    private Task? TryPass(BlockRecords records, RecordSource source, object? state)
    {
        lock (_passing)
        {
            if (_isGivenUp)
                throw new OperationCanceledException();
            if (TryAdd(records, source, state, out var spaceAvailable) != Acceptance.Accepted)
                return spaceAvailable;

            LastId = records.Id;
            return null;
        }
    }

    /// <summary>Reads the blocks of a segment for another purpose than to deliver them.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="each">What to do with each; false for no more.</param>
    /// <param name="above">Records up to this id are of no interest.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False if it cannot be opened.</returns>
    public async Task<bool> ScanAsync(BufferFolder folder, Segment segment, Func<BlockRecords, Task<bool>> each, long above, CancellationToken cancellationToken)
    {
        using var open = new OpenSegment(this, folder, segment) { Scan = each, Above = above };
        var length = Math.Min(folder.Extent(segment).Length, LongestSegment);
        while (open.Offset < length && !open.IsScanOver)
        {
            if (!await open.ReadNextAsync(length, end: null, cancellationToken).ConfigureAwait(false))
                return open.IsGone;
        }

        return true;
    }

    /// <summary>Reads what was passed over, as far as OSS takes it again; does nothing as long as nothing has changed.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) => _passedOver.CatchUpAsync(cancellationToken);

    /// <summary>Whether something that was passed over could not be read for a minute; it is tried on.</summary>
    public bool IsStuck => _passedOver.IsStuck;

    /// <summary>Ends with a task, or when <see cref="CatchUpAsync"/> may have something to do.</summary>
    public Task OrAcceptingAgain(Task task) => _passedOver.OrAcceptingAgain(task);

    private Acceptance TryAdd(BlockRecords records, RecordSource source, object? state, out Task? spaceAvailable)
    {
        var acceptance = _memory.TryAdd(records.Current, source, state, out spaceAvailable);
        return acceptance != Acceptance.Closed ? acceptance : throw new OperationCanceledException();
    }

    private async Task FeedAsync(BlockRecords records, BlockPlace place, CancellationToken cancellationToken)
    {
        while (FeedSome(records, place) is { } spaceAvailable)
        {
            await Waiting.WithAsync(OrAcceptingAgain(spaceAvailable), cancellationToken).ConfigureAwait(false);
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // Null once all of the block has gone.
    private Task? FeedSome(BlockRecords records, BlockPlace place)
    {
        var (read, waiting) = (0, 0);
        Task? spaceAvailable = null;
        try
        {
            while (spaceAvailable is null && (records.IsHeld || records.TryRead()))
            {
                // After a fault of ours, a block may be read once more.
                if (records.Id <= LastId)
                    continue;

                var isWanted = IsWanted?.Invoke(records.Streams[records.StreamIndex].Hash, records.Id) ?? true;
                records.IsHeld = isWanted && !_passedOver.TryFeed(records, place, out spaceAvailable);
                if (records.IsHeld)
                    break;

                LastId = records.Id;
                (read, waiting) = (read + 1, waiting + (isWanted ? 1 : 0));
            }
        }
        finally
        {
            place.Folder.Read(place.Segment, read, waiting);
        }

        return spaceAvailable;
    }

    /// <summary>A segment that is being read: from the writer's memory while it has it, else from its file.</summary>
    private sealed class OpenSegment(BufferReader reader, BufferFolder folder, Segment segment) : IDisposable
    {
        private SegmentReader? _file;
        private long _nextId = Math.Max(segment.FirstId, reader._deliveryTracker is null ? 0 : reader.LastId + 1);
        private long _length = long.MaxValue;
        private int _failures;
        private int _mostTries = MostTries;
        private int _told;
        private object _stretch = new();

        public long Offset { get; private set; }

        public Func<BlockRecords, Task<bool>>? Scan { get; init; }

        /// <summary>Records up to this id were read elsewhere.</summary>
        public long Above { get; init; } = reader._deliveryTracker is null ? reader.LastId : 0;

        /// <summary>Whether the scan wants no more.</summary>
        public bool IsScanOver { get; private set; }

        /// <summary>Whether its file has gone.</summary>
        public bool IsGone { get; private set; }

        /// <summary>Reads and feeds the next block, or moves over what cannot be read.</summary>
        /// <returns>False if the segment is given up.</returns>
        public async Task<bool> ReadNextAsync(long length, long? end, CancellationToken cancellationToken)
        {
            if (Scan is null && segment.Copies.Take(Math.Max(Offset, SegmentHeader.Size), reader.ReleaseCopy) is { } copy)
            {
                await FeedCopyAsync(copy, cancellationToken).ConfigureAwait(false);
                return true;
            }

            var upTo = Math.Min(length, Scan is null ? segment.Copies.NextOffset ?? length : length);
            BlockRecords? records;
            try
            {
                records = ReadBlock(upTo);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return await RetryAsync(e, upTo, upTo == length ? end : null, cancellationToken).ConfigureAwait(false);
            }

            _failures = 0;
            if (records is null)
            {
                Offset = upTo;
                Lose(upTo == length ? end : null);
                return true;
            }

            Offset = _file!.Offset;
            if (_file.Damage.Count > 0)
                _stretch = new object();
            Lose(records.Header.FirstId);
            _nextId = Math.Max(_nextId, records.Header.LastId + 1);
            if (Scan is not null)
                IsScanOver = !await Scan(records).ConfigureAwait(false);
            else
                await FeedAsync(records, cancellationToken).ConfigureAwait(false);
            return true;
        }

        /// <summary>All of it was read.</summary>
        public void Finish(long? end)
        {
            // What was read last may have been in memory still.
            if (_file is not null && Offset > _file.Offset)
                _file.MoveTo(Offset, _nextId);
            _file?.Finish(end);
            TellDamage();
        }

        public void Dispose()
        {
            _file?.Dispose();
            segment.Copies.ReleaseAll(reader.ReleaseCopy);
        }

        private BlockRecords? ReadBlock(long upTo)
        {
            if (_file is null)
            {
                var file = reader._files.OpenToRead(segment.Path);
                _length = file.Length;
                _file = new SegmentReader(file, folder.FolderId, reader._names, segment.FirstId, Above);
            }

            if (Offset > _file.Offset)
                _file.MoveTo(Offset, _nextId);
            if (upTo > _length)
                _length = _file.FileLength;

            // Of a file that somebody has cut, only what is left.
            return _file.TryRead(Math.Min(upTo, _length), segment.IsFinal ? segment.End : null) ? _file.Current : null;
        }

        private async Task FeedCopyAsync(Block copy, CancellationToken cancellationToken)
        {
            try
            {
                Lose(copy.FirstId);
                var records = copy.Records();
                var offset = Math.Max(Offset, SegmentHeader.Size);
                await reader.FeedAsync(records, new BlockPlace(folder, segment, offset, _stretch), cancellationToken).ConfigureAwait(false);
                Offset = offset + copy.Length;
                _nextId = Math.Max(_nextId, copy.LastId + 1);
            }
            finally
            {
                reader.ReleaseCopy(copy);
            }

            reader.Consumed?.Invoke(_nextId - 1);
        }

        private async Task FeedAsync(BlockRecords records, CancellationToken cancellationToken)
        {
            await reader.FeedAsync(records, new BlockPlace(folder, segment, _file!.CurrentAt, _stretch), cancellationToken).ConfigureAwait(false);
            if (records.Id < records.Header.LastId)
            {
                // Whoever made this block did not write it as we do.
                _file.GiveUpRest(records);
                _nextId = records.Id + 1;
                Lose(records.Header.LastId + 1);
            }

            reader.Consumed?.Invoke(_nextId - 1);
        }

        // In a segment of this process, ids follow without a gap: what is missing is known at once.
        private void Lose(long? nextId)
        {
            if (Scan is not null || reader._deliveryTracker is null || nextId is not { } next || next <= _nextId)
                return;

            _stretch = new object();
            var missing = next - _nextId;
            folder.Lose(segment, _nextId, missing);
            reader._deliveryTracker.DroppedOnDisk(DropReason.Unreadable, missing, "the buffer on disk is damaged.");
            _nextId = next;
            reader.LastId = next - 1;
            reader.Consumed?.Invoke(next - 1);
            TellDamage();
        }

        private async Task<bool> RetryAsync(Exception error, long upTo, long? end, CancellationToken cancellationToken)
        {
            IsGone = error is FileNotFoundException or DirectoryNotFoundException;
            if (IsGone)
            {
                if (Scan is null)
                    Leave();
                return false;
            }

            if (++_failures < _mostTries || (_file is null && reader._deliveryTracker is not null))
            {
                if (_failures >= _mostTries)
                    TellStuck(error);
                await Waiting.PauseAsync(TryInterval, reader._time, cancellationToken).ConfigureAwait(false);
                return true;
            }

            if (_file is null)
            {
                TellStuck(error);
                return false;
            }

            // One place, and as few behind it as there are.
            _failures = 0;
            _mostTries = TriesAfterThat;
            _file.SkipPage(upTo);
            Offset = _file.Offset;
            if (Offset >= upTo)
                Lose(end);
            return true;
        }

        // What comes behind it in a stream must not go first, so it is tried on; but no flush waits for that.
        private void TellStuck(Exception error)
        {
            reader._damage.TellUnopened(folder.Name, segment.FirstId, error);
            reader._stuck?.Invoke();
        }

        private void Leave()
        {
            var (_, end, _) = folder.Extent(segment);
            var missing = (end ?? _nextId) - _nextId;
            reader._damage.TellMissing(folder.Name, segment.FirstId, reader._deliveryTracker is not null || end is not null ? missing : null);
            Lose(end);
            folder.EndReading(segment);
            reader.Consumed?.Invoke((end ?? _nextId) - 1);
        }

        private void TellDamage()
        {
            if (_file is null || Scan is not null || _file.Damage.Count == _told)
                return;

            reader._damage.Tell(folder, segment, [.. _file.Damage.Skip(_told)]);
            _told = _file.Damage.Count;
        }
    }
}
