using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Batching;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// The way of records that find no place on disk: from their block straight into the memory spool. Only to be taken once
/// everything on disk is on its way, so that a stream keeps its order. Used by the writer's loop alone.
/// </summary>
internal sealed class MemoryDetour
{
    private readonly MemorySpool _memory;
    private readonly FlushBook _book;
    private readonly SpoolSalt _salt;
    private readonly Exposed _source;

    public MemoryDetour(MemorySpool memory, FlushBook book, SpoolSalt salt)
    {
        _memory = memory;
        _book = book;
        _salt = salt;
        _source = new Exposed(book);
    }

    /// <summary>Feeds as much of a block as there is room for.</summary>
    /// <returns>What is left, and a task that ends when there may be room for it; nothing if all of it has gone.</returns>
    public (SpoolBlock Left, Task Room)? Feed(SpoolBlock block)
    {
        var frames = block.Bytes.AsSpan(0, block.Length);
        var states = new Queue<(long Id, object State)>(block.States);
        var streams = new Dictionary<ulong, SpoolStream>();
        while (!frames.IsEmpty)
        {
            var record = ReadFirst(frames, streams, out var length);
            var state = states.Count > 0 && states.Peek().Id == record.Id ? states.Peek().State : null;
            _book.Expose(record.Id);
            if (!_memory.TryAdd(record, _source, state, out var room))
            {
                _book.Cover(record.Id);
                return (Rest(frames, states, streams), room!);
            }

            if (state is not null)
                states.Dequeue();
            frames = frames.Slice(length);
        }

        return null;
    }

    private SpoolBlock Rest(ReadOnlySpan<byte> frames, Queue<(long Id, object State)> states, Dictionary<ulong, SpoolStream> streams)
    {
        var rest = new SpoolBlock(_salt);
        while (!frames.IsEmpty)
        {
            var record = ReadFirst(frames, streams, out var length);
            var state = states.Count > 0 && states.Peek().Id == record.Id ? states.Dequeue().State : null;
            rest.Append(record.Id, record.Time, record.AcceptedTicks, record.Stream, record.Utf8, state);
            frames = frames.Slice(length);
        }

        return rest;
    }

    private SpooledRecord ReadFirst(ReadOnlySpan<byte> frames, Dictionary<ulong, SpoolStream> streams, out int length)
    {
        if (!SpoolFrame.TryReadHead(frames, _salt, out var frame))
            throw new InvalidOperationException("A block in memory is not what was put into it.");

        length = frame.Length;
        var body = frames.Slice(0, frame.Length).Slice(SpoolFrame.HeadSize);
        if (frame.KeyLength > 0 && SpoolStream.TryDecode(body.Slice(0, frame.KeyLength), out var named, out _))
            streams[frame.StreamHash] = named;

        return new SpooledRecord(frame, streams[frame.StreamHash], body.Slice(frame.KeyLength));
    }

    // Nothing of these records is on disk, so nothing needs to be known of them after a crash.
    private sealed class Exposed(FlushBook book) : RecordSource
    {
        public override bool IsDurable => false;

        public override void Settle(ReadOnlySpan<long> ids, bool lost) => book.Settle(ids, lost, wereExposed: true);

        public override void Intend(AppendIntent intent)
        {
        }
    }
}
