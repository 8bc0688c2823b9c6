using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Brings the records of parts to the memory buffer, in their order, as far as that has space. What the disk does not give now is
/// tried again for a minute; only what was read and found damaged, or is gone, is given up. Used by one loop.
/// </summary>
internal sealed class BufferReader
{
    // A place that cannot be read now may be readable later: it is retried for a minute, the places after it less often.
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

    // Held while records are fed that are in memory only.
    private readonly object _feeding = new();
    private bool _isGivenUp;

    /// <param name="files">The disk.</param>
    /// <param name="memory">Where the records go.</param>
    /// <param name="damage">What cannot be read is told here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deliveryTracker">Told of records of this process that cannot be read any more; null for another's.</param>
    /// <param name="stuck">Called when a file of this process could not be opened for a minute; it is tried on.</param>
    public BufferReader(IBufferFiles files, MemoryBuffer memory, DamageReport damage, TimeProvider time, DeliveryTracker? deliveryTracker = null, Action? stuck = null)
    {
        _files = files;
        _memory = memory;
        _damage = damage;
        _time = time;
        _deliveryTracker = deliveryTracker;
        _stuck = stuck;
        _passedOver = new PassedOverStreams(memory, time, OpenPassedOver, LosePassedOver, TellStuck);
    }

    /// <summary>Says of the present record of a block whether it is taken care of, and must not be fed; null for none.</summary>
    public Func<BlockRecords, Segment, bool>? IsTaken { get; init; }

    /// <summary>The last record that was read. Whatever does not ascend is in a copy, or is read again after a fault of ours.</summary>
    public long LastId { get; private set; }

    /// <summary>Whether nothing is passed over that could be read now.</summary>
    public bool IsCaughtUp => !_passedOver.Any || _passedOver.IsStuck;

    /// <summary>Reads all of a part.</summary>
    /// <returns>False if another process's file cannot be opened: the records behind it must wait.</returns>
    public async Task<bool> ReadAsync(Part part, CancellationToken cancellationToken)
    {
        CatchUp(cancellationToken);
        if (part.Segment is not { } segment)
        {
            await FeedAsync(part.Block!.Records(withStates: true), part, 0, cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (!part.Folder!.TryRead(segment))
            return true;

        var isWhole = false;
        try
        {
            if (part.Block is null)
                return isWhole = await ReadFileAsync(part, cancellationToken).ConfigureAwait(false);

            await FeedAsync(part.Block.Records(), part, part.Offset, cancellationToken).ConfigureAwait(false);
            return isWhole = true;
        }
        finally
        {
            part.Folder.EndReading(segment, isWhole);
        }
    }

    /// <summary>Nothing that is in memory only gets any further. All up to <see cref="LastId"/> has got through.</summary>
    public void EndFeeding()
    {
        lock (_feeding)
            _isGivenUp = true;
    }

    /// <summary>Reads what was passed over, as far as OSS takes it again; does nothing as long as nothing has changed.</summary>
    public void CatchUp(CancellationToken cancellationToken) => _passedOver.CatchUp(cancellationToken);

    /// <summary>Ends with a task, or when <see cref="CatchUp"/> may have something to do.</summary>
    public Task OrAcceptingAgain(Task task) => _passedOver.OrAcceptingAgain(task);

    private async Task<bool> ReadFileAsync(Part part, CancellationToken cancellationToken)
    {
        SegmentReader? file = null;
        var (failures, mostTries) = (0, MostTries);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                CatchUp(cancellationToken);
                BlockRecords? records = null;
                try
                {
                    file ??= Open(part);
                    if (file.TryRead())
                        records = file.Current;
                    failures = 0;
                }
                catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
                {
                    GiveUpMissing(part);
                    return true;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    if (!await RetryAsync(e, ++failures >= mostTries, part, file, cancellationToken).ConfigureAwait(false))
                        return false;
                    if (failures >= mostTries && file is not null)
                        (failures, mostTries) = (0, TriesAfterThat);
                    continue;
                }

                if (records is null)
                    file.Finish();
                GiveUpDamaged(part, file);
                if (records is null)
                    return true;

                await FeedAsync(records, part, file.CurrentAt, cancellationToken).ConfigureAwait(false);

                // The block was not written by this code.
                if (records.Id < records.Header.LastId)
                    file.GiveUpRest(records);
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    private SegmentReader Open(Part part)
    {
        var above = _deliveryTracker is null ? LastId : 0;
        var upTo = Math.Min(part.EndOffset, LongestSegment);
        return new SegmentReader(_files.OpenToRead(part.Segment!.Path), part.Folder!.FolderId, _names, part.FirstId, above) { UpTo = upTo, End = part.End, Offset = part.Offset };
    }

    // A file that cannot be opened is tried on; a place in it that cannot be read is moved over. False if the file is left for later.
    private async Task<bool> RetryAsync(Exception error, bool isOver, Part part, SegmentReader? file, CancellationToken cancellationToken)
    {
        if (isOver && file is not null)
        {
            file.SkipPage();
            return true;
        }

        if (isOver)
            TellStuck(part, error);
        if (isOver && _deliveryTracker is null)
            return false;

        await Waiting.PauseAsync(TryInterval, _time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // The records behind it in a stream must not go first, so it is tried on; but no flush waits for that.
    private void TellStuck(Part part, Exception error)
    {
        _damage.TellUnopened(part.Folder!.Name, part.Segment!.FirstId, error);
        _stuck?.Invoke();
    }

    private void GiveUpMissing(Part part)
    {
        long? missing = part.End is { } end ? Math.Max(0, end - Math.Max(part.FirstId, LastId + 1)) : null;
        _damage.TellMissing(part.Folder!.Name, part.Segment!.FirstId, missing);
        if (missing is { } count)
            GiveUp(part, part.FirstId, count);
    }

    private void GiveUpDamaged(Part part, SegmentReader file)
    {
        if (file.TakeDamage() is not { Count: > 0 } damage)
            return;

        foreach (var stretch in damage)
            GiveUp(part, stretch.FirstId, stretch.Missing);
        _damage.Tell(part.Folder!, part.Segment!, damage);
    }

    // Only of this process's segments it is known which records are not settled yet.
    private void GiveUp(Part part, long firstId, long count)
    {
        var first = Math.Max(firstId, LastId + 1);
        var missing = firstId + count - first;
        if (_deliveryTracker is null || missing <= 0)
            return;

        part.Folder!.Lose(part.Segment!, first, first + missing - 1, missing);
        _deliveryTracker.DroppedOnDisk(DropReason.Unreadable, missing, "the buffer on disk is damaged.");
        LastId = first + missing - 1;
    }

    private SegmentReader OpenPassedOver(Part part) => new(_files.OpenToRead(part.Segment!.Path), part.Folder!.FolderId, _names, part.Segment.FirstId);

    private void LosePassedOver(Part part, long firstId, long lastId, long count)
    {
        _damage.TellUnreadable(part.Folder!.Name, part.Segment!.FirstId, count);
        _deliveryTracker?.DroppedOnDisk(DropReason.Unreadable, count, "the buffer on disk is damaged.");
        part.Folder.Lose(part.Segment, firstId, lastId, count);
    }

    private async Task FeedAsync(BlockRecords records, Part part, long offset, CancellationToken cancellationToken)
    {
        while (Feed(records, part, offset) is { } spaceAvailable)
        {
            await Waiting.WithAsync(OrAcceptingAgain(spaceAvailable), cancellationToken).ConfigureAwait(false);
            CatchUp(cancellationToken);
        }
    }

    // Returns null once all of the block was fed; otherwise a task that ends when more may be. Records on disk need no lock, and must not
    // take it: a disk that hangs must not delay the close.
    private Task? Feed(BlockRecords records, Part part, long offset)
    {
        if (part.Segment is not null)
            return FeedAll(records, part, offset);

        lock (_feeding)
            return !_isGivenUp ? FeedAll(records, part, offset) : throw new OperationCanceledException();
    }

    private Task? FeedAll(BlockRecords records, Part part, long offset)
    {
        var (fed, passedOver) = (0, 0);
        try
        {
            while (records.IsHeld || records.TryRead())
            {
                records.IsHeld = records.Id > LastId && IsTaken?.Invoke(records, part.Segment!) != true;
                if (records.IsHeld)
                {
                    if (!TryFeed(records, part, offset, out var isPassedOver, out var spaceAvailable))
                        return spaceAvailable;

                    records.IsHeld = false;
                    (fed, passedOver) = isPassedOver ? (fed, passedOver + 1) : (fed + 1, passedOver);
                }

                LastId = Math.Max(records.Id, LastId);
            }

            return null;
        }
        finally
        {
            // Of this process's records it is known beforehand how many are on disk.
            part.Folder?.Count(part.Segment!, _deliveryTracker is null ? passedOver : -fed, fed);
        }
    }

    // Hands the present record to the memory buffer, or passes it over: behind another of its stream, or because its stream is refused.
    private bool TryFeed(BlockRecords records, Part part, long offset, out bool isPassedOver, out Task? spaceAvailable)
    {
        spaceAvailable = null;
        var isBehind = _passedOver.Contains(records);
        var acceptance = isBehind ? Acceptance.RefusedStreamFull : Offer(_memory, records, part, out spaceAvailable);
        isPassedOver = acceptance == Acceptance.RefusedStreamFull && part.Segment is not null && _passedOver.TryAdd(records, part, offset);

        // Until OSS takes the stream again, or a full buffer drops what was passed over.
        if (isBehind && !isPassedOver)
            spaceAvailable = Task.WhenAny(_memory.WhenAcceptingAgain(), Waiting.PauseAsync(TryInterval, _time, CancellationToken.None));
        return isPassedOver || acceptance == Acceptance.Accepted;
    }

    /// <summary>Offers the present record to a memory buffer.</summary>
    /// <exception cref="OperationCanceledException">It takes nothing any more.</exception>
    public static Acceptance Offer(MemoryBuffer memory, BlockRecords records, Part part, out Task? spaceAvailable)
    {
        var source = records.Sources[records.StreamIndex] ??= part.SourceOf(records.Streams[records.StreamIndex]);
        var acceptance = memory.TryAdd(records.Current, source, records.State, out spaceAvailable);
        return acceptance != Acceptance.Closed ? acceptance : throw new OperationCanceledException();
    }
}
