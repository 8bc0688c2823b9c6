using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Moves records from the parts of the delivery queue to the memory buffer, in order, as far as the buffer has space. A failed read is retried
/// for up to a minute, then its page is skipped. A file that exists but cannot be opened is never dropped. Used by one loop.
/// </summary>
internal sealed class BufferReader
{
    // A page that cannot be read is retried for a minute; the pages after it are retried fewer times.
    public const int MostTries = 12;
    public const int TriesAfterThat = 2;
    public static readonly TimeSpan TryInterval = TimeSpan.FromSeconds(5);

    // The longest segment to read, even if the file is longer: the segment size, and one block that was too large for it.
    public const long LongestSegment = (16 << 20) + BlockHeader.LargestBlock;

    private readonly IBufferFiles _files;
    private readonly MemoryBuffer _memory;
    private readonly DamageReport _damage;
    private readonly TimeProvider _time;
    private readonly DeliveryTracker? _deliveryTracker;
    private readonly Action? _stuck;
    private readonly StreamNames _names = new();
    private readonly PassedOverStreams _passedOver;

    // Locked while records that are only in memory are passed on.
    private readonly object _feeding = new();
    private bool _isGivenUp;

    /// <param name="files">The disk.</param>
    /// <param name="memory">The target of the records.</param>
    /// <param name="damage">Reports what cannot be read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deliveryTracker">Notified of this process's records that cannot be read any more; null for another process's folder.</param>
    /// <param name="stuck">Called when a file of this process could not be opened for a minute; retries continue.</param>
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

    /// <summary>Whether the current record of a block is handled elsewhere and must not be passed on; null if there are no such records.</summary>
    public Func<BlockRecords, Segment, bool>? IsTaken { get; init; }

    /// <summary>The last record that was read. A record with no higher id is a copy, or is read again after an internal error.</summary>
    public long LastId { get; private set; }

    /// <summary>Whether no record is passed over, or a file with such records cannot be opened for now.</summary>
    public bool IsCaughtUp => !_passedOver.Any || _passedOver.IsStuck;

    /// <summary>Reads all of a part.</summary>
    /// <returns>False if another process's file cannot be opened: the records after it must wait.</returns>
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

    /// <summary>Stops passing on records that are only in memory. Records up to <see cref="LastId"/> were passed on.</summary>
    public void EndFeeding()
    {
        lock (_feeding)
            _isGivenUp = true;
    }

    /// <summary>Reads the passed-over records of streams that OSS accepts again; does nothing if nothing has changed.</summary>
    public void CatchUp(CancellationToken cancellationToken) => _passedOver.CatchUp(cancellationToken);

    /// <summary>Completes with the task, or when <see cref="CatchUp"/> may have work.</summary>
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

                // The block has fewer records than its header says, so this code did not write it.
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
        return new SegmentReader(_files.OpenToRead(part.Segment!.Path), part.Folder!.FolderId, _names, part.FirstId, above)
        {
            UpTo = upTo,
            End = part.End,
            NextSegment = part.Segment.Next,
            HadRecords = part.Segment.HadRecords,
            Offset = part.Offset,
        };
    }

    // A file that cannot be opened is retried; a page that cannot be read is skipped. False if the file is left for later.
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

    // Later records of a stream must not overtake this file, so retries continue, but no flush waits for them.
    private void TellStuck(Part part, Exception error)
    {
        _damage.TellUnopened(part.Folder!.Name, part.Segment!.FirstId, error);
        _stuck?.Invoke();
    }

    private void GiveUpMissing(Part part)
    {
        long? missing = part.End is { } end ? Math.Max(0, end - Math.Max(part.FirstId, LastId + 1)) : null;
        _damage.TellMissing(part.Folder!.Name, part.Segment!.FirstId, missing, areDropped: AreDropped);
        if (missing is { } count)
            GiveUp(part, part.FirstId, count);
    }

    private void GiveUpDamaged(Part part, SegmentReader file)
    {
        if (file.TakeDamage() is not { Count: > 0 } damage)
            return;

        foreach (var stretch in damage)
            GiveUp(part, stretch.FirstId, stretch.Missing);
        _damage.Tell(part.Folder!, part.Segment!, damage, AreDropped);
    }

    // Records of this process are counted as dropped, those of other processes as quarantined.
    private bool AreDropped => _deliveryTracker is not null;

    // Which records are not settled yet is known only for this process's segments.
    private void GiveUp(Part part, long firstId, long count)
    {
        var first = Math.Max(firstId, LastId + 1);
        var missing = firstId + count - first;
        if (_deliveryTracker is null || missing <= 0)
            return;

        part.Folder!.Lose(part.Segment!, first, first + missing - 1, missing);
        _deliveryTracker.DroppedOnDisk(DropReason.Unreadable, missing, "the disk buffer is damaged.");
        LastId = first + missing - 1;
    }

    private SegmentReader OpenPassedOver(Part part) => new(_files.OpenToRead(part.Segment!.Path), part.Folder!.FolderId, _names, part.Segment.FirstId);

    private void LosePassedOver(Part part, long firstId, long lastId, long count)
    {
        _damage.TellUnreadable(part.Folder!.Name, part.Segment!.FirstId, count, AreDropped);
        _deliveryTracker?.DroppedOnDisk(DropReason.Unreadable, count, "the disk buffer is damaged.");
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

    // Returns null once the whole block was passed on; otherwise a task that completes when more may fit. Records on disk must not take the lock: a
    // disk that hangs must not delay the close.
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
            // This process's records were counted when they were written to disk.
            part.Folder?.Count(part.Segment!, _deliveryTracker is null ? passedOver : -fed, fed);
        }
    }

    // Passes the current record to the memory buffer. Or passes it over, so that it stays on disk for now: if an earlier record of its stream was
    // passed over, or if its stream has no space because OSS refuses it.
    private bool TryFeed(BlockRecords records, Part part, long offset, out bool isPassedOver, out Task? spaceAvailable)
    {
        spaceAvailable = null;
        var isBehind = _passedOver.Contains(records);
        var acceptance = isBehind ? Acceptance.RefusedStreamFull : Offer(_memory, records, part, out spaceAvailable);
        isPassedOver = acceptance == Acceptance.RefusedStreamFull && part.Segment is not null && _passedOver.TryAdd(records, part, offset);

        // Wait until OSS accepts the stream again, or until a full buffer may have dropped the passed-over records.
        if (isBehind && !isPassedOver)
            spaceAvailable = Task.WhenAny(_memory.WhenAcceptingAgain(), Waiting.PauseAsync(TryInterval, _time, CancellationToken.None));
        return isPassedOver || acceptance == Acceptance.Accepted;
    }

    /// <summary>Offers the current record to a memory buffer.</summary>
    /// <exception cref="OperationCanceledException">The memory buffer accepts nothing any more.</exception>
    public static Acceptance Offer(MemoryBuffer memory, BlockRecords records, Part part, out Task? spaceAvailable)
    {
        var source = records.Sources[records.StreamIndex] ??= part.SourceOf(records.Streams[records.StreamIndex]);
        var acceptance = memory.TryAdd(records.Current, source, records.State, out spaceAvailable);
        return acceptance != Acceptance.Closed ? acceptance : throw new OperationCanceledException();
    }
}
