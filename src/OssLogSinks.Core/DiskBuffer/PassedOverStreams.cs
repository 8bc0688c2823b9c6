using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Streams that OSS refuses and whose share of memory is full: their records stay on disk, so that those of other streams can go
/// past them. Every later record of such a stream is passed over too, which keeps its order. Used by one reader.
/// </summary>
internal sealed class PassedOverStreams
{
    // A record that cannot be remembered is not passed over: it waits for space, and everything behind it.
    private const int MostRuns = 100_000;

    private readonly IBufferFiles _files;
    private readonly MemorySpool _memory;
    private readonly DamageReport _damage;
    private readonly TimeProvider _time;
    private readonly DeliveryFate? _fate;
    private readonly Action? _stuck;
    private readonly StreamNames _names = new();
    private readonly Dictionary<ulong, PassedOverStream> _streams = [];
    private readonly List<PassedOverSegment> _segments = [];
    private int _runs;

    /// <param name="files">The disk.</param>
    /// <param name="memory">Where the records go.</param>
    /// <param name="damage">What cannot be read is told here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="fate">Told of records of this process that cannot be read any more; null for another's.</param>
    /// <param name="stuck">Called when a segment could not be opened for a minute; it is tried on.</param>
    public PassedOverStreams(IBufferFiles files, MemorySpool memory, DamageReport damage, TimeProvider time, DeliveryFate? fate, Action? stuck)
    {
        (_files, _memory, _damage, _time, _fate, _stuck) = (files, memory, damage, time, fate, stuck);
    }

    /// <summary>Whether there are any.</summary>
    public bool Any => _streams.Count > 0;

    /// <summary>Ends when <see cref="CatchUpAsync"/> may have something to do; null before its first call.</summary>
    public Task? Relief { get; private set; }

    public bool Contains(StreamName name) => _streams.Count > 0 && _streams.ContainsKey(name.Hash);

    /// <summary>Hands the present record to the memory buffer, or passes it over.</summary>
    /// <param name="records">The record's block.</param>
    /// <param name="place">Where that is on disk.</param>
    /// <param name="spaceAvailable">If it has to wait: ends when there may be space.</param>
    /// <returns>Whether the next record may be read.</returns>
    public bool TryFeed(BlockRecords records, BlockPlace place, out Task? spaceAvailable)
    {
        spaceAvailable = null;
        var mustPass = Contains(records.Streams[records.StreamIndex]);
        var acceptance = mustPass ? Acceptance.RefusedStreamFull : Feed(records, place, out spaceAvailable);
        if (acceptance == Acceptance.RefusedStreamFull && TryAdd(records, place))
        {
            spaceAvailable = null;
            return true;
        }

        if (mustPass)
            spaceAvailable = _memory.WhenRelieved();
        return acceptance == Acceptance.Accepted;
    }

    /// <summary>Reads what was passed over, as far as OSS takes it again; does nothing as long as nothing has changed.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (!Any || Relief is { IsCompleted: false })
            return;

        Relief = _memory.WhenRelieved();
        ForgetDropped();
        var open = new HashSet<ulong>(_streams.Where(stream => _memory.Takes(stream.Value.Name, stream.Value.Time)).Select(stream => stream.Key));
        foreach (var segment in _segments)
        {
            if (open.Count == 0)
                break;
            if (!segment.Folder.Take(segment.Segment))
                continue;

            try
            {
                await ReadAsync(segment, open, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                segment.Blocks.RemoveAll(block => block.Runs.Count == 0);
                segment.Folder.EndTaking(segment.Segment);
            }
        }

        _segments.RemoveAll(segment => segment.Blocks.Count == 0);
    }

    /// <summary>Ends with a task, or when <see cref="CatchUpAsync"/> may have something to do.</summary>
    public Task OrRelief(Task task) => Any && Relief is not null ? Task.WhenAny(task, Relief) : task;

    private bool TryAdd(BlockRecords records, BlockPlace place)
    {
        var name = records.Streams[records.StreamIndex];
        var blocks = place.Segment.PassedOver;
        var block = blocks.Count > 0 && blocks[blocks.Count - 1].Offset == place.Offset ? blocks[blocks.Count - 1] : null;
        if (block?.Runs.TryGetValue(name.Hash, out var run) == true)
        {
            block.Runs[name.Hash] = run with { Count = run.Count + 1 };
            return true;
        }

        if (_runs >= MostRuns)
            return false;

        _runs++;
        if (!_streams.TryGetValue(name.Hash, out var stream))
            _streams.Add(name.Hash, stream = new PassedOverStream(name, records.Current.Time));
        stream.Runs++;
        if (block is null)
        {
            if (blocks.Count == 0)
                Begin(place);
            blocks.Add(block = new PassedOverBlock(place.Offset, records.Header));
        }

        block.Runs.Add(name.Hash, new PassedOverRun(records.Id, 1));
        return true;
    }

    private void Begin(BlockPlace place)
    {
        ForgetDropped();
        _segments.Add(new PassedOverSegment(place.Folder, place.Segment));
    }

    private Acceptance Feed(BlockRecords records, BlockPlace place, out Task? spaceAvailable)
    {
        var source = records.Sources[records.StreamIndex] ??= place.Folder.SourceOf(records.Streams[records.StreamIndex], place.Segment);
        var acceptance = _memory.TryAdd(records.Current, source, state: null, out spaceAvailable);
        return acceptance != Acceptance.Closed ? acceptance : throw new OperationCanceledException();
    }

    private async Task ReadAsync(PassedOverSegment segment, HashSet<ulong> open, CancellationToken cancellationToken)
    {
        SegmentReader? file = null;
        PassedOverBlock? present = null;
        try
        {
            foreach (var block in segment.Blocks.Where(block => block.Runs.Keys.Any(open.Contains)))
            {
                present = block;
                file ??= new SegmentReader(_files.OpenToRead(segment.Segment.Path), segment.Folder.Salt, _names, block.Header.FirstId);
                file.MoveTo(block.Offset, block.Header.FirstId);
                if (!file.TryRead(block.Offset + block.Header.Length) || file.Current!.Header != block.Header)
                    Lose(segment, block);
                else
                    await FeedAsync(file.Current, segment, block, open, cancellationToken).ConfigureAwait(false);
                segment.Failures = 0;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            foreach (var block in segment.Blocks.Where(block => block.Runs.Count > 0))
                Lose(segment, block);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            PutOff(segment, file is null ? null : present, e, cancellationToken);

            // Their order: nothing of these streams before what is here.
            open.ExceptWith(segment.Blocks.SelectMany(block => block.Runs.Keys));
        }
        finally
        {
            file?.Dispose();
        }
    }

    private async Task FeedAsync(BlockRecords records, PassedOverSegment segment, PassedOverBlock block, HashSet<ulong> open, CancellationToken cancellationToken)
    {
        var place = new BlockPlace(segment.Folder, segment.Segment, block.Offset);
        while (records.TryRead())
        {
            var stream = records.Streams[records.StreamIndex].Hash;
            if (!open.Contains(stream) || !block.Runs.TryGetValue(stream, out var run) || records.Id < run.FirstId)
                continue;

            Acceptance acceptance;
            while ((acceptance = Feed(records, place, out var spaceAvailable)) == Acceptance.Full)
                await Waiting.WithAsync(spaceAvailable!, cancellationToken).ConfigureAwait(false);
            if (acceptance != Acceptance.Accepted)
                open.Remove(stream);
            else if (run.Count > 1)
                block.Runs[stream] = new PassedOverRun(records.Id + 1, run.Count - 1);
            else
                Forget(block, stream);
        }
    }

    // A file that cannot be opened is tried on; a place in it that cannot be read is given up after a minute.
    private void PutOff(PassedOverSegment segment, PassedOverBlock? block, Exception error, CancellationToken cancellationToken)
    {
        if (++segment.Failures >= BufferReader.MostTries)
        {
            if (block is not null)
            {
                Lose(segment, block);
                segment.Failures = 0;
            }
            else
            {
                _damage.TellUnopened(segment.Folder.Name, segment.Segment.FirstId, error);
                _stuck?.Invoke();
            }
        }

        Relief = Waiting.PauseAsync(BufferReader.TryInterval, _time, cancellationToken);
    }

    // It could be read when it was passed over.
    private void Lose(PassedOverSegment segment, PassedOverBlock block)
    {
        var count = block.Count;
        _damage.TellUnreadable(segment.Folder.Name, segment.Segment.FirstId, count);
        _fate?.LostOnDisk(DropReason.Unreadable, count, "the buffer on disk is damaged.");
        segment.Folder.LosePassedOver(segment.Segment, block);
        ForgetAll(block);
    }

    private void ForgetDropped() => _segments.RemoveAll(segment =>
    {
        if (!segment.Folder.IsDropped(segment.Segment))
            return false;

        segment.Blocks.ForEach(ForgetAll);
        return true;
    });

    private void ForgetAll(PassedOverBlock block)
    {
        foreach (var stream in block.Runs.Keys.ToArray())
            Forget(block, stream);
    }

    private void Forget(PassedOverBlock block, ulong stream)
    {
        _runs--;
        block.Runs.Remove(stream);
        if (--_streams[stream].Runs == 0)
            _streams.Remove(stream);
    }

    private sealed class PassedOverStream(StreamName name, DateTimeOffset time)
    {
        public StreamName Name { get; } = name;

        /// <summary>Of one of its records.</summary>
        public DateTimeOffset Time { get; } = time;

        public int Runs { get; set; }
    }

    private sealed class PassedOverSegment(BufferFolder folder, Segment segment)
    {
        public BufferFolder Folder { get; } = folder;

        public Segment Segment { get; } = segment;

        public List<PassedOverBlock> Blocks => Segment.PassedOver;

        public int Failures { get; set; }
    }
}
