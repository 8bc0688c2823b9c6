using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Batching;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Brings the records of one folder from disk to the memory spool, in their order, as far as that has room. Reads behind
/// the writer without ever holding it up. One loop of its own does all of this.
/// </summary>
internal sealed class SpoolLoader
{
    // A file that cannot be opened now may be later, when there are fewer open: it is tried for a minute.
    private const int MostTries = 12;
    private static readonly TimeSpan TryInterval = TimeSpan.FromSeconds(5);

    // Books are kept this often, in records, while there is room for more.
    private const int LargestPiece = 4096;

    private readonly ISpoolFiles _files;
    private readonly SpoolFolder _folder;
    private readonly MemorySpool _memory;
    private readonly DamageReport _damage;
    private readonly TimeProvider _time;
    private readonly SpoolStreams _streams;

    // By stream: what was settled when the folder was taken over, and what was taken out of it beforehand.
    private readonly IReadOnlyDictionary<ulong, long> _settled;
    private readonly Dictionary<ulong, AppendIntent> _takenOver = [];

    // The last record that was read. Ids ascend through all segments, and every mark of the journal rests on that: what does
    // not ascend stands in a copy.
    private long _lastId = long.MinValue;

    /// <param name="files">The disk.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="memory">Where the records go.</param>
    /// <param name="damage">What cannot be read is told here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="settled">By stream: records up to this id have met their fate already.</param>
    public SpoolLoader(
        ISpoolFiles files, SpoolFolder folder, MemorySpool memory, DamageReport damage, TimeProvider time, IReadOnlyDictionary<ulong, long> settled)
    {
        _files = files;
        _folder = folder;
        _memory = memory;
        _damage = damage;
        _time = time;
        _settled = settled;
        _streams = new SpoolStreams(files, folder.Path, folder.Salt);
    }

    /// <summary>
    /// Takes out what is left of the appends that another process was sending when it ended, before anything else is
    /// shipped. What it holds at once in memory is what that process held.
    /// </summary>
    public async Task TakeOverAsync(IReadOnlyDictionary<ulong, AppendIntent> intents, CancellationToken cancellationToken)
    {
        var open = intents.Where(i => !_settled.TryGetValue(i.Key, out var id) || id < i.Value.LastId).ToDictionary(i => i.Key, i => i.Value);
        if (open.Count == 0)
            return;

        var (first, last) = (open.Values.Min(i => i.FirstId), open.Values.Max(i => i.LastId));
        var left = new Dictionary<ulong, LeftAppend>();
        foreach (var segment in _folder.Segments().Where(s => s.FirstId <= last && s.Below > first))
            if (await OpenAsync(segment, cancellationToken).ConfigureAwait(false) is { } reader)
                Gather(segment, reader, open, left);

        // All of it is read once more in its turn, and passed over.
        _lastId = long.MinValue;
        foreach (var found in left)
        {
            _takenOver.Add(found.Key, open[found.Key]);
            _memory.TakeOver(found.Value.Stream, found.Value.Time, open[found.Key], found.Value.Batch);
        }
    }

    /// <summary>Loads until the folder is over, or until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _folder.Changed.Next;
            if (_folder.TakeNext(out var isOver) is { } segment)
                await LoadAsync(segment, cancellationToken).ConfigureAwait(false);
            else if (isOver)
                return;
            else
                await Waiting.WithAsync(changed, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LoadAsync(SpoolSegment segment, CancellationToken cancellationToken)
    {
        if (await OpenAsync(segment, cancellationToken).ConfigureAwait(false) is not { } reader)
            return;

        using (reader)
        {
            var holds = false;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var changed = _folder.Changed.Next;
                var (length, isFinal) = _folder.Extent(segment);
                var (room, isAtEnd) = LoadPiece(segment, reader, length, ref holds);
                if (room is not null)
                    await Waiting.WithAsync(room, cancellationToken).ConfigureAwait(false);
                else if (isAtEnd && isFinal)
                    break;
                else if (isAtEnd)
                    await Waiting.WithAsync(changed, cancellationToken).ConfigureAwait(false);
            }

            _damage.Tell(_folder, segment, reader);
        }

        _folder.EndReading(segment);
    }

    // Until the end of what is written, or of the room in memory; then the record that found none is held for the next time.
    private (Task? Room, bool IsAtEnd) LoadPiece(SpoolSegment segment, SegmentReader reader, long length, ref bool holds)
    {
        var (read, waiting) = (0, 0);
        var through = 0L;
        Task? room = null;
        var isAtEnd = false;
        (SpoolStream? Stream, RecordSource? Source) last = default;
        while (room is null && read < LargestPiece)
        {
            if (!holds && !reader.TryRead(length, out _))
            {
                isAtEnd = true;
                break;
            }

            var record = reader.Current;
            var waits = IsWaiting(record);
            if (!ReferenceEquals(last.Stream, record.Stream))
                last = (record.Stream, _folder.SourceOf(record.Stream));
            holds = waits && !_memory.TryAdd(record, last.Source!, state: null, out room);
            if (holds)
                break;

            _lastId = record.Id;
            (read, waiting, through) = (read + 1, waiting + (waits ? 1 : 0), reader.Offset);
        }

        // Where there is nothing new, nobody needs to know.
        if (read > 0 || isAtEnd)
            _folder.Read(segment, isAtEnd ? length : through, read, waiting);
        return (room, isAtEnd);
    }

    private bool IsWaiting(in SpooledRecord record)
    {
        var stream = record.Stream.Hash;
        return !(_settled.TryGetValue(stream, out var through) && record.Id <= through)
            && !(_takenOver.TryGetValue(stream, out var intent) && record.Id <= intent.LastId);
    }

    private void Gather(SpoolSegment segment, SegmentReader segmentReader, Dictionary<ulong, AppendIntent> open, Dictionary<ulong, LeftAppend> left)
    {
        using var reader = segmentReader;

        var waiting = 0;
        while (reader.TryRead(segment.Length, out var record))
        {
            _lastId = record.Id;
            var stream = record.Stream.Hash;
            if (!open.TryGetValue(stream, out var intent) || record.Id > intent.LastId || !IsWaiting(record))
                continue;

            if (!left.TryGetValue(stream, out var found))
            {
                var batch = new AppendBatch(_memory.TimestampOf(record.AcceptedTicks), _folder.SourceOf(record.Stream));
                left.Add(stream, found = new LeftAppend(record.Stream, record.Time, batch));
            }

            found.Batch.Add(record.Utf8, state: null, record.Id);
            waiting++;
        }

        _folder.Read(segment, segment.ReadLength, read: 0, waiting);
    }

    // Null if it cannot be opened for good: then nobody reads it any more.
    private async Task<SegmentReader?> OpenAsync(SpoolSegment segment, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var above = Math.Max(_lastId, segment.FirstId - 1);
                return new SegmentReader(_files.OpenToRead(segment.Path), _folder.Salt, _streams, segment.FirstId, above, segment.Below, segment.End);
            }
            catch (IOException e) when (tries == MostTries || e is FileNotFoundException or DirectoryNotFoundException)
            {
                var isAside = _damage.PutAside(_folder, segment, e);
                _folder.Leave(segment, isAside || e is FileNotFoundException or DirectoryNotFoundException);
                return null;
            }
            catch (IOException)
            {
                await Waiting.PauseAsync(TryInterval, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private sealed record LeftAppend(SpoolStream Stream, DateTimeOffset Time, AppendBatch Batch);
}
