using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Streams that OSS refuses and whose share of memory is full. Their records stay on disk, so that other streams can overtake them. Later records
/// of such a stream are passed over too, which keeps its order. Used by one reader.
/// </summary>
/// <param name="memory">The target of the records.</param>
/// <param name="time">The clock.</param>
/// <param name="open">Opens a segment.</param>
/// <param name="lose">Drops records that cannot be read any more: first id, last id, count.</param>
/// <param name="tellStuck">Reports a segment that could not be opened for a minute; retries continue.</param>
internal sealed class PassedOverStreams(
    MemoryBuffer memory, TimeProvider time, Func<Part, SegmentReader> open, Action<Part, long, long, long> lose, Action<Part, Exception> tellStuck)
{
    // A record beyond this limit is not passed over: it waits for space, and so do all records after it.
    private const int MostRuns = 100_000;

    // A round ends after this many streams without space: the next ones would find none either.
    private const int MostFull = 8;

    private readonly Dictionary<ulong, PassedStream> _streams = [];
    private readonly List<PassedFile> _files = [];
    private int _runs;

    // Completes when there may be records to catch up; null before the first check.
    private Task? _acceptingAgain;

    public bool Any => _streams.Count > 0;

    /// <summary>Whether a file could not be opened for a minute; retries continue.</summary>
    public bool IsStuck => _files.Exists(file => file.IsStuck);

    /// <summary>Whether the current record's stream has passed-over records.</summary>
    public bool Contains(BlockRecords records) => _streams.Count > 0 && _streams.ContainsKey(records.Streams[records.StreamIndex].Hash);

    /// <summary>Completes with the task, or when <see cref="CatchUp"/> may have work.</summary>
    public Task OrAcceptingAgain(Task task) => Any && _acceptingAgain is not null ? Task.WhenAny(task, _acceptingAgain) : task;

    /// <summary>Remembers the current record of a block as passed over.</summary>
    /// <returns>False if the limit is reached.</returns>
    public bool TryAdd(BlockRecords records, Part part, long offset)
    {
        var name = records.Streams[records.StreamIndex];
        var runs = part.Segment!.PassedOver;
        if (runs.TryGetValue(name.Hash, out var run))
        {
            runs[name.Hash] = run with { Count = run.Count + 1 };
            return true;
        }

        if (runs.Count == 0 || _runs >= MostRuns)
            ForgetDropped();
        if (_runs >= MostRuns)
            return false;

        if (runs.Count == 0)
            _files.Add(new PassedFile(part));
        if (!_streams.TryGetValue(name.Hash, out var stream))
            _streams.Add(name.Hash, stream = new PassedStream(name, records.Current.Time));
        stream.Runs++;
        _runs++;
        runs.Add(name.Hash, new PassedOverRun(records.Id, offset, 1));
        return true;
    }

    /// <summary>Reads the passed-over records of streams that OSS accepts again; does nothing if nothing has changed.</summary>
    public void CatchUp(CancellationToken cancellationToken)
    {
        if (!Any || _acceptingAgain is { IsCompleted: false })
            return;

        _acceptingAgain = memory.WhenAcceptingAgain();
        ForgetDropped();
        var next = new List<Task> { _acceptingAgain };
        var accepting = new HashSet<ulong>(_streams.Where(stream => memory.Takes(stream.Value.Name, stream.Value.Time)).Select(stream => stream.Key));
        foreach (var file in _files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!accepting.Overlaps(file.Runs.Keys) || !file.Part.Folder!.TryRead(file.Segment))
                continue;

            try
            {
                CatchUpFile(file, accepting, next, cancellationToken);
            }
            finally
            {
                file.Part.Folder.EndReading(file.Segment, isWhole: false);
            }
        }

        _files.RemoveAll(file => file.Runs.Count == 0);
        _acceptingAgain = Task.WhenAny(next);
    }

    private void CatchUpFile(PassedFile file, HashSet<ulong> accepting, List<Task> next, CancellationToken cancellationToken)
    {
        SegmentReader? reader = null;
        try
        {
            var wanted = file.Runs.Where(run => accepting.Contains(run.Key)).ToList();
            using (reader = open(file.Part))
            {
                reader.UpTo = file.Segment.Length;
                reader.Offset = wanted.Min(run => run.Value.Offset);
                while (accepting.Overlaps(file.Runs.Keys) && reader.TryRead())
                    Feed(reader, file, accepting, next);
            }

            // They were readable when they were passed over, so those not found now are lost.
            Lose(file, file.Runs.Keys.Where(accepting.Contains));
            (file.Failures, file.IsStuck) = (0, false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            Lose(file, file.Runs.Keys);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            PutOff(file, reader, accepting, e);

            // Later records of these streams must not overtake this file.
            accepting.ExceptWith(file.Runs.Keys);
            next.Add(Waiting.PauseAsync(BufferReader.TryInterval, time, cancellationToken));
        }
    }

    private void Feed(SegmentReader reader, PassedFile file, HashSet<ulong> accepting, List<Task> next)
    {
        var records = reader.Current!;
        while (records.TryRead())
        {
            var stream = records.Streams[records.StreamIndex].Hash;
            if (!accepting.Contains(stream) || !file.Runs.TryGetValue(stream, out var run) || records.Id < run.FirstId)
                continue;

            var acceptance = BufferReader.Offer(memory, records, file.Part, out var spaceAvailable);
            if (acceptance == Acceptance.Accepted)
            {
                file.Part.Folder!.Count(file.Segment, -1, 1);
                if (run.Count > 1)
                    file.Runs[stream] = new PassedOverRun(records.Id + 1, reader.CurrentAt, run.Count - 1);
                else
                    Forget(file, stream);
                continue;
            }

            file.Runs[stream] = run with { FirstId = records.Id, Offset = reader.CurrentAt };
            accepting.Remove(stream);
            if (acceptance == Acceptance.Full)
                next.Add(spaceAvailable!);
            if (next.Count > MostFull)
                accepting.Clear();
        }
    }

    // A file that cannot be opened is retried. A page that cannot be read is skipped after a minute, and later pages sooner.
    private void PutOff(PassedFile file, SegmentReader? reader, HashSet<ulong> accepting, Exception error)
    {
        if (++file.Failures < file.MostTries)
            return;

        if (reader is null)
        {
            file.IsStuck = true;
            tellStuck(file.Part, error);
            return;
        }

        (file.Failures, file.MostTries) = (0, BufferReader.TriesAfterThat);
        reader.SkipPage();
        foreach (var run in file.Runs.Where(run => accepting.Contains(run.Key) && run.Value.Offset < reader.Offset).ToList())
            file.Runs[run.Key] = run.Value with { Offset = reader.Offset };
        if (reader.Offset >= file.Segment.Length)
            Lose(file, file.Runs.Keys.Where(accepting.Contains));
    }

    private void Lose(PassedFile file, IEnumerable<ulong> streams)
    {
        var lost = streams.ToList();
        if (lost.Count == 0)
            return;

        var (first, count) = (lost.Min(stream => file.Runs[stream].FirstId), lost.Sum(stream => file.Runs[stream].Count));
        lost.ForEach(stream => Forget(file, stream));
        lose(file.Part, first, (file.Segment.End ?? first + 1) - 1, count);
    }

    private void ForgetDropped() => _files.RemoveAll(file =>
    {
        if (!file.Part.Folder!.IsDropped(file.Segment))
            return false;

        foreach (var stream in file.Runs.Keys.ToList())
            Forget(file, stream);
        return true;
    });

    private void Forget(PassedFile file, ulong stream)
    {
        _runs--;
        file.Runs.Remove(stream);
        if (--_streams[stream].Runs == 0)
            _streams.Remove(stream);
    }

    private sealed class PassedStream(StreamName name, DateTimeOffset time)
    {
        public StreamName Name { get; } = name;

        /// <summary>The time of one of its records.</summary>
        public DateTimeOffset Time { get; } = time;

        public int Runs { get; set; }
    }

    /// <summary>A segment with passed-over records.</summary>
    private sealed class PassedFile(Part part)
    {
        public Part Part { get; } = part;

        public Segment Segment => Part.Segment!;

        public Dictionary<ulong, PassedOverRun> Runs => Segment.PassedOver;

        public int Failures { get; set; }

        public int MostTries { get; set; } = BufferReader.MostTries;

        public bool IsStuck { get; set; }
    }
}
