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

    // The block that is on its way, and what has not gone yet: from here on, and these states.
    private readonly Dictionary<ulong, SpoolStream> _streams = [];
    private readonly Queue<(long Id, object State)> _states = new();
    private SpoolBlock? _block;
    private int _at;

    public MemoryDetour(MemorySpool memory, FlushBook book, SpoolSalt salt)
    {
        _memory = memory;
        _book = book;
        _salt = salt;
        _source = new Exposed(book);
    }

    /// <summary>Feeds as much of a block as there is room for, going on where it stopped the last time.</summary>
    /// <returns>A task that ends when there may be room for more; null if all of it has gone.</returns>
    public Task? Feed(SpoolBlock block)
    {
        if (_block != block)
            Begin(block);
        while (_at < block.Length)
        {
            var record = ReadFirst(Left(block), out var length);
            var state = StateOf(record.Id);
            _book.Expose(record.Id);
            if (!_memory.TryAdd(record, _source, state, out var room))
            {
                _book.Cover(record.Id);
                return room;
            }

            if (state is not null)
                _states.Dequeue();
            _at += length;
        }

        _block = null;
        return null;
    }

    /// <summary>What is left of a block that is on its way, as a block of its own that may go another; null if all of it is left.</summary>
    public SpoolBlock? TakeRest(SpoolBlock block)
    {
        if (_block != block)
            return null;

        _block = null;
        if (_at == 0)
            return null;

        var rest = new SpoolBlock(_salt);
        while (_at < block.Length)
        {
            var record = ReadFirst(Left(block), out var length);
            var state = StateOf(record.Id);
            rest.Append(record.Id, record.Time, record.AcceptedTicks, record.Stream, record.Utf8, state);
            if (state is not null)
                _states.Dequeue();
            _at += length;
        }

        return rest;
    }

    private void Begin(SpoolBlock block)
    {
        (_block, _at) = (block, 0);
        _streams.Clear();
        _states.Clear();
        foreach (var state in block.States)
            _states.Enqueue(state);
    }

    private ReadOnlySpan<byte> Left(SpoolBlock block) => block.Bytes.AsSpan(_at, block.Length - _at);

    private object? StateOf(long id) => _states.Count > 0 && _states.Peek().Id == id ? _states.Peek().State : null;

    private SpooledRecord ReadFirst(ReadOnlySpan<byte> frames, out int length)
    {
        if (!SpoolFrame.TryReadHead(frames, _salt, out var frame))
            throw new InvalidOperationException("A block in memory is not what was put into it.");

        length = frame.Length;
        var body = frames.Slice(0, frame.Length).Slice(SpoolFrame.HeadSize);
        if (frame.KeyLength > 0 && SpoolStream.TryDecode(body.Slice(0, frame.KeyLength), out var named, out _))
            _streams[frame.StreamHash] = named;

        return new SpooledRecord(frame, _streams[frame.StreamHash], body.Slice(frame.KeyLength));
    }

    // Nothing of these records is on disk, so nothing needs to be known of them after a crash.
    private sealed class Exposed(FlushBook book) : RecordSource
    {
        public override bool IsDurable => false;

        public override bool IsDue(long id) => book.IsDue(id);

        public override void Settle(ReadOnlySpan<long> ids, bool lost) => book.Settle(ids, lost, wereExposed: true);

        public override void Intend(AppendIntent intent)
        {
        }
    }
}
