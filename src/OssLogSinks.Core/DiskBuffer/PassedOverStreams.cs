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

    // So many streams for which there is no space end a round: those behind them would find none either.
    private const int MostFull = 8;

    private readonly IBufferFiles _files;
    private readonly MemoryBuffer _memory;
    private readonly DamageReport _damage;
    private readonly TimeProvider _time;
    private readonly DeliveryTracker? _deliveryTracker;
    private readonly Action? _stuck;
    private readonly StreamNames _names = new();
    private readonly Dictionary<ulong, PassedOverStream> _streams = [];
    private readonly List<PassedOverSegment> _segments = [];
    private int _runs;

    /// <param name="files">The disk.</param>
    /// <param name="memory">Where the records go.</param>
    /// <param name="damage">What cannot be read is told here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deliveryTracker">Told of records of this process that cannot be read any more; null for another's.</param>
    /// <param name="stuck">Called when a segment could not be opened for a minute; it is tried on.</param>
    public PassedOverStreams(IBufferFiles files, MemoryBuffer memory, DamageReport damage, TimeProvider time, DeliveryTracker? deliveryTracker, Action? stuck)
    {
        (_files, _memory, _damage, _time, _deliveryTracker, _stuck) = (files, memory, damage, time, deliveryTracker, stuck);
    }

    /// <summary>Whether there are any.</summary>
    public bool Any => _streams.Count > 0;

    /// <summary>Whether a file could not be opened for a minute; it is tried on.</summary>
    public bool IsStuck => _segments.Exists(segment => segment.IsStuck);

    /// <summary>Ends when <see cref="CatchUpAsync"/> may have something to do; null before its first call.</summary>
    public Task? AcceptingAgain { get; private set; }

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

        // Relief may come for some that were passed over, or a full buffer drop them.
        if (mustPass)
            spaceAvailable = Task.WhenAny(_memory.WhenAcceptingAgain(), Waiting.PauseAsync(BufferReader.TryInterval, _time, CancellationToken.None));
        return acceptance == Acceptance.Accepted;
    }

    /// <summary>Reads what was passed over, as far as OSS takes it again; does nothing as long as nothing has changed.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (!Any || AcceptingAgain is { IsCompleted: false })
            return;

        AcceptingAgain = _memory.WhenAcceptingAgain();
        ForgetDropped();
        var round = new Round([.. _streams.Where(stream => _memory.Takes(stream.Value.Name, stream.Value.Time)).Select(stream => stream.Key)]);
        foreach (var segment in _segments)
        {
            if (round.Open.Count == 0)
                break;

            if (!segment.Folder.Take(segment.Segment))
            {
                // Dropped since.
                ForgetAll(segment);
                continue;
            }

            try
            {
                await ReadAsync(segment, round, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                segment.Stretches.RemoveAll(stretch => stretch.Runs.Count == 0);
                segment.Folder.EndTaking(segment.Segment);
            }
        }

        _segments.RemoveAll(segment => segment.Stretches.Count == 0);
        if (round.Next.Count > 0)
            AcceptingAgain = Task.WhenAny([AcceptingAgain, .. round.Next]);
    }

    /// <summary>Ends with a task, or when <see cref="CatchUpAsync"/> may have something to do.</summary>
    public Task OrAcceptingAgain(Task task) => Any && AcceptingAgain is not null ? Task.WhenAny(task, AcceptingAgain) : task;

    private bool TryAdd(BlockRecords records, BlockPlace place)
    {
        var name = records.Streams[records.StreamIndex];
        var stretches = place.Segment.PassedOver;
        var stretch = stretches.Count > 0 && stretches[stretches.Count - 1].TryReach(place, records.Header) ? stretches[stretches.Count - 1] : null;
        if (stretch?.Runs.TryGetValue(name.Hash, out var run) == true)
        {
            stretch.Runs[name.Hash] = run with { Count = run.Count + 1 };
            return true;
        }

        if (_runs >= MostRuns)
            ForgetDropped();
        if (_runs >= MostRuns)
            return false;

        if (stretch is null)
        {
            if (stretches.Count == 0)
                Begin(place);
            stretches.Add(stretch = new PassedOverStretch(place, records.Header.FirstId));
            stretch.TryReach(place, records.Header);
        }

        _runs++;
        if (!_streams.TryGetValue(name.Hash, out var stream))
            _streams.Add(name.Hash, stream = new PassedOverStream(name, records.Current.Time));
        stream.Runs++;
        stretch.Runs.Add(name.Hash, new PassedOverRun(records.Id, 1));
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

    private async Task ReadAsync(PassedOverSegment segment, Round round, CancellationToken cancellationToken)
    {
        SegmentReader? file = null;
        PassedOverStretch? present = null;
        try
        {
            foreach (var stretch in segment.Stretches.Where(stretch => stretch.Runs.Keys.Any(round.Open.Contains)))
            {
                present = stretch;
                file ??= new SegmentReader(_files.OpenToRead(segment.Segment.Path), segment.Folder.FolderId, _names, stretch.FirstId);
                file.MoveTo(stretch.Offset, stretch.FirstId);
                while (file.TryRead(stretch.End))
                    Feed(file.Current!, segment, stretch, round);
                LoseMissing(segment, stretch, round);
            }

            segment.Failures = 0;
            segment.IsStuck = false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            foreach (var stretch in segment.Stretches.Where(stretch => stretch.Runs.Count > 0))
                Lose(segment, stretch, [.. stretch.Runs.Keys]);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            PutOff(segment, file is null ? null : present, e);

            // Their order: nothing of these streams before what is here.
            round.Open.ExceptWith(segment.Stretches.SelectMany(stretch => stretch.Runs.Keys));
            round.Next.Add(Waiting.PauseAsync(BufferReader.TryInterval, _time, cancellationToken));
        }
        finally
        {
            file?.Dispose();
        }
    }

    private void Feed(BlockRecords records, PassedOverSegment segment, PassedOverStretch stretch, Round round)
    {
        var place = new BlockPlace(segment.Folder, segment.Segment, stretch.Offset, stretch);
        while (records.TryRead())
        {
            var stream = records.Streams[records.StreamIndex].Hash;
            if (!round.Open.Contains(stream) || !stretch.Runs.TryGetValue(stream, out var run) || records.Id < run.FirstId)
                continue;

            var acceptance = Feed(records, place, out var spaceAvailable);
            if (acceptance != Acceptance.Accepted)
                round.Close(stream, acceptance == Acceptance.Full ? spaceAvailable : null);
            else if (run.Count > 1)
                stretch.Runs[stream] = new PassedOverRun(records.Id + 1, run.Count - 1);
            else
                Forget(stretch, stream);
        }
    }

    // It could be read when it was passed over.
    private void LoseMissing(PassedOverSegment segment, PassedOverStretch stretch, Round round)
    {
        if (stretch.Runs.Keys.Where(round.Open.Contains).ToArray() is { Length: > 0 } missing)
            Lose(segment, stretch, missing);
    }

    // A file that cannot be opened is tried on. A place in it that cannot be read is given up after a minute, and those behind it soon.
    private void PutOff(PassedOverSegment segment, PassedOverStretch? stretch, Exception error)
    {
        if (++segment.Failures < segment.MostTries)
            return;

        if (stretch is not null)
        {
            Lose(segment, stretch, [.. stretch.Runs.Keys]);
            (segment.Failures, segment.MostTries) = (0, BufferReader.TriesAfterThat);
        }
        else
        {
            segment.IsStuck = true;
            _damage.TellUnopened(segment.Folder.Name, segment.Segment.FirstId, error);
            _stuck?.Invoke();
        }
    }

    private void Lose(PassedOverSegment segment, PassedOverStretch stretch, ulong[] streams)
    {
        var count = streams.Sum(stream => (long)stretch.Runs[stream].Count);
        _damage.TellUnreadable(segment.Folder.Name, segment.Segment.FirstId, count);
        _deliveryTracker?.DroppedOnDisk(DropReason.Unreadable, count, "the buffer on disk is damaged.");
        segment.Folder.LosePassedOver(segment.Segment, stretch, count);
        foreach (var stream in streams)
            Forget(stretch, stream);
    }

    private void ForgetDropped() => _segments.RemoveAll(segment =>
    {
        if (!segment.Folder.IsDropped(segment.Segment))
            return false;

        ForgetAll(segment);
        return true;
    });

    private void ForgetAll(PassedOverSegment segment)
    {
        foreach (var stretch in segment.Stretches)
        {
            foreach (var stream in stretch.Runs.Keys.ToArray())
                Forget(stretch, stream);
        }

        segment.Stretches.Clear();
    }

    private void Forget(PassedOverStretch stretch, ulong stream)
    {
        _runs--;
        stretch.Runs.Remove(stream);
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

        public List<PassedOverStretch> Stretches => Segment.PassedOver;

        public int Failures { get; set; }

        public int MostTries { get; set; } = BufferReader.MostTries;

        public bool IsStuck { get; set; }
    }

    /// <summary>One look at what was passed over: of which streams records may still be taken, and when to look again.</summary>
    private sealed class Round(HashSet<ulong> open)
    {
        public HashSet<ulong> Open { get; } = open;

        public List<Task> Next { get; } = [];

        public void Close(ulong stream, Task? spaceAvailable)
        {
            Open.Remove(stream);
            if (spaceAvailable is not null)
                Next.Add(spaceAvailable);
            if (Next.Count >= MostFull)
                Open.Clear();
        }
    }
}
