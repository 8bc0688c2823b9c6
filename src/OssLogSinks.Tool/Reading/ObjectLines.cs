using System.IO.Compression;
using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;

namespace OssLogSinks.Tool.Reading;

/// <summary>Opens objects as text.</summary>
internal static class ObjectText
{
    private const int ReadSize = 128 * 1024;

    /// <summary>Whether the key says that the object is gzip. The sinks end the keys of such objects so, and no others.</summary>
    public static bool IsGzip(string key) => key.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The text of a stored object, with its gzip members opened. The last read throws if the object does not end with a whole member.</summary>
    public static Stream Open(Stream stored, string key)
    {
        var buffered = new BufferedStream(stored, ReadSize);
        return IsGzip(key) ? new GzipText(buffered, key) : buffered;
    }

    /// <summary>The same for the beginning of an object, which may end anywhere.</summary>
    public static Stream OpenBeginning(Stream stored, string key) =>
        IsGzip(key) ? new GZipStream(stored, CompressionMode.Decompress) : stored;
}

/// <summary>A part of an object that is read, in bytes as it is stored.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte after the last.</param>
internal sealed record ObjectRange(string Key, long Start, long End)
{
    /// <summary>What is known from the lines before this part.</summary>
    public LineContext Context;

    /// <summary>Whether the part begins somewhere in a line, which is not read then.</summary>
    public bool BeginsInLine { get; init; }

    /// <summary>
    /// Whether a last line without a line end is left for the next part, since the rest of it may come later. Its length is then in
    /// <see cref="LeftLength"/>.
    /// </summary>
    public bool LeavesTornLine { get; init; }

    /// <summary>The bytes of a line that was left.</summary>
    public int LeftLength { get; set; }

    public static ObjectRange Of(OssObjectSummary found) => new(found.Key, 0, found.Length);
}

/// <summary>Reads the wanted lines of objects, one object after the other or merged by time. Memory does not grow with the objects' length.</summary>
internal sealed class ObjectLines
{
    // Up to so many objects are read at once without asking first when they begin.
    private const int MostWithoutProbe = 64;
    private const int ProbeBytes = 8 * 1024;
    private const int AtOnce = 16;

    private readonly OssClient _client;
    private readonly TimeProvider _time;
    private readonly LineQuery _query;
    private readonly ILineWriter _writer;

    public ObjectLines(OssClient client, TimeProvider time, LineQuery query, ILineWriter writer)
    {
        _client = client;
        _time = time;
        _query = query;
        _writer = writer;
    }

    /// <summary>One object after the other.</summary>
    public async Task ReadInTurnAsync(IEnumerable<ObjectRange> ranges, CancellationToken cancellationToken)
    {
        foreach (var range in ranges)
        {
            using var lines = new LineReader(Open(range));
            do
            {
                while (lines.TryRead(out var line))
                {
                    if (_query.IsWanted(line.Span, ref range.Context))
                        _writer.Write(line.Span);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
            while (await lines.FillAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>
    /// All objects merged by the time of their lines. The order within each object is kept, also where its times go back.
    /// </summary>
    public async Task ReadMergedAsync(IReadOnlyList<ObjectRange> ranges, CancellationToken cancellationToken)
    {
        var starts = await FindStartsAsync(ranges, cancellationToken).ConfigureAwait(false);
        var queue = new PriorityQueue<LineCursor, (DateTimeOffset Time, int Index)>();
        var cursors = ranges.Select((range, index) => new LineCursor(index, range, () => new LineReader(Open(range)))).ToList();
        try
        {
            var early = ranges.Count > MostWithoutProbe ? [] : cursors;
            await Parallel.ForEachAsync(early, Limits(cancellationToken), async (cursor, token) => await cursor.MoveAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
            foreach (var cursor in cursors)
            {
                if (!cursor.HasEnded)
                    queue.Enqueue(cursor, (cursor.IsOpen ? cursor.Time : starts[cursor.Index], cursor.Index));
            }

            while (queue.TryDequeue(out var cursor, out _))
            {
                queue.TryPeek(out _, out var next);
                var limit = queue.Count == 0 ? (DateTimeOffset.MaxValue, int.MaxValue) : next;
                if (await CopyUntilAsync(cursor, limit, cancellationToken).ConfigureAwait(false))
                    queue.Enqueue(cursor, (cursor.Time, cursor.Index));
                else
                    cursor.Dispose();
            }
        }
        finally
        {
            foreach (var cursor in cursors)
                cursor.Dispose();
        }
    }

    // Writes the lines of one object as long as they come before those of all others.
    private async ValueTask<bool> CopyUntilAsync(LineCursor cursor, (DateTimeOffset Time, int Index) limit, CancellationToken cancellationToken)
    {
        if (!cursor.IsOpen)
            return await cursor.MoveAsync(cancellationToken).ConfigureAwait(false);

        while ((cursor.Time, cursor.Index).CompareTo(limit) <= 0)
        {
            if (_query.IsWanted(cursor.Line.Span, ref cursor.Range.Context))
                _writer.Write(cursor.Line.Span);
            if (!await cursor.MoveAsync(cancellationToken).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    private Stream Open(ObjectRange range) => ObjectText.Open(new ObjectStream(_client, range.Key, range.Start, range.End, _time), range.Key);

    private static ParallelOptions Limits(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    // Many objects are opened only when their first line is due, so that those of a year are not open at once.
    private async Task<DateTimeOffset[]> FindStartsAsync(IReadOnlyList<ObjectRange> ranges, CancellationToken cancellationToken)
    {
        var starts = new DateTimeOffset[ranges.Count];
        if (ranges.Count <= MostWithoutProbe)
            return starts;

        await Parallel.ForAsync(0, ranges.Count, Limits(cancellationToken), async (index, token) =>
        {
            var range = ranges[index];
            var beginning = new ObjectStream(_client, range.Key, range.Start, Math.Min(range.End, range.Start + ProbeBytes), _time);
            using var lines = new LineReader(ObjectText.OpenBeginning(beginning, range.Key));
            try
            {
                if (await lines.FillAsync(token).ConfigureAwait(false) && lines.TryRead(out var line))
                    starts[index] = LineCursor.TimeOf(line.Span) ?? default;
            }
            catch (InvalidDataException)
            {
                // The beginning of a gzip member is not always readable by itself; such an object is opened first.
            }
        }).ConfigureAwait(false);
        return starts;
    }

    /// <summary>One object of a merge, at one of its lines.</summary>
    private sealed class LineCursor(int index, ObjectRange range, Func<LineReader> open) : IDisposable
    {
        private LineReader? _lines;
        private bool _isBegun;

        public int Index => index;

        public ObjectRange Range => range;

        public bool IsOpen => _lines is not null;

        public bool HasEnded { get; private set; }

        public ReadOnlyMemory<byte> Line { get; private set; }

        /// <summary>The latest time so far: a line whose time goes back does not wait, and a line without one follows the line before.</summary>
        public DateTimeOffset Time { get; private set; } = range.Context.Time;

        public async ValueTask<bool> MoveAsync(CancellationToken cancellationToken)
        {
            _lines ??= open();
            if (!_isBegun && range.BeginsInLine && !await ReadLineAsync(_lines, cancellationToken).ConfigureAwait(false))
                return false;

            _isBegun = true;
            if (!await ReadLineAsync(_lines, cancellationToken).ConfigureAwait(false))
                return false;

            if (_lines.IsTorn && range.LeavesTornLine)
            {
                range.LeftLength = Line.Length;
                HasEnded = true;
                return false;
            }

            if (TimeOf(Line.Span) is { } time && time > Time)
                range.Context.Time = Time = time;

            return true;
        }

        public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> line)
        {
            if (LineHead.LeadingClefTime(line) is { } time)
                return time;

            var isRead = line.Length > 0 && line[0] == '{' ? LineHead.TryReadJson(line, out var head) : LineHead.TryReadText(line, out head);
            return isRead ? head.Time : null;
        }

        public void Dispose() => _lines?.Dispose();

        private async ValueTask<bool> ReadLineAsync(LineReader lines, CancellationToken cancellationToken)
        {
            ReadOnlyMemory<byte> line;
            while (!lines.TryRead(out line))
            {
                if (!await lines.FillAsync(cancellationToken).ConfigureAwait(false))
                {
                    HasEnded = true;
                    return false;
                }
            }

            Line = line;
            return true;
        }
    }
}
