using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// Streams that OSS refuses and whose share of memory is full: their records stay on disk, so that those of other streams can go
/// past them. Every later record of such a stream is passed over too, which keeps its order. Used by one reader.
/// </summary>
/// <param name="memory">Where the records go.</param>
/// <param name="time">The clock.</param>
/// <param name="open">Opens a segment.</param>
/// <param name="lose">Gives up records that cannot be read once more: first id, last id, count.</param>
/// <param name="tellStuck">Tells of a segment that could not be opened for a minute; it is tried on.</param>
internal sealed class PassedOverStreams(
    MemoryBuffer memory, TimeProvider time, Func<Part, SegmentReader> open, Action<Part, long, long, long> lose, Action<Part, Exception> tellStuck)
{
    // A record that cannot be remembered is not passed over: it waits for space, and everything behind it.
    private const int MostRuns = 100_000;

    // So many streams for which there is no space end a round: those behind them would find none either.
    private const int MostFull = 8;

    private readonly Dictionary<ulong, PassedStream> _streams = [];
    private readonly List<PassedFile> _files = [];
    private int _runs;

    // Ends when there may be something to catch up; null before the first look.
    private Task? _acceptingAgain;

    public bool Any => _streams.Count > 0;

    /// <summary>Whether a file could not be opened for a minute; it is tried on.</summary>
    public bool IsStuck => _files.Exists(file => file.IsStuck);

    /// <summary>Whether the present record's stream has records that were passed over.</summary>
    public bool Contains(BlockRecords records) => _streams.Count > 0 && _streams.ContainsKey(records.Streams[records.StreamIndex].Hash);

    /// <summary>Ends with a task, or when <see cref="CatchUp"/> may have something to do.</summary>
    public Task OrAcceptingAgain(Task task) => Any && _acceptingAgain is not null ? Task.WhenAny(task, _acceptingAgain) : task;

    /// <summary>Remembers the present record of a block.</summary>
    /// <returns>False if it cannot be remembered.</returns>
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

    /// <summary>Reads what was passed over, as far as OSS takes it again; does nothing as long as nothing has changed.</summary>
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

            // They could be read when they were passed over.
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

            // Nothing of these streams goes before what is here.
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

    // A file that cannot be opened is tried on. A place in it that cannot be read is moved over after a minute, and those behind it soon.
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

        /// <summary>Of one of its records.</summary>
        public DateTimeOffset Time { get; } = time;

        public int Runs { get; set; }
    }

    /// <summary>A segment with records that were passed over.</summary>
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
