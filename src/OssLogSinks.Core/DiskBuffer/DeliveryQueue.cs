using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// The parts to deliver, in order of arrival, so that a stream keeps its order whether its records are on disk or not. Any thread may call any
/// member.
/// </summary>
/// <param name="mostCopyBytes">Memory for blocks that are also on disk.</param>
/// <param name="release">Releases the memory of a block.</param>
/// <param name="consumed">Called when everything in the queue was read.</param>
internal sealed class DeliveryQueue(long mostCopyBytes, Action<Block> release, Action consumed)
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<Part> _parts = new();
    private Part? _present;
    private Part? _last;
    private long _copyBytes;
    private bool _isClosed;

    /// <summary>Signalled when a part was added.</summary>
    public AsyncSignal Added { get; } = new();

    /// <summary>Whether everything in the queue was read.</summary>
    public bool IsConsumed
    {
        get
        {
            lock (_gate)
                return _present is null && _parts.Count == 0;
        }
    }

    /// <summary>Adds a part. A block that is also on disk is kept in memory while there is space, so that it need not be read again.</summary>
    public void Add(Part part, bool keepsCopy)
    {
        Block? released;
        lock (_gate)
        {
            if (part is { Segment: not null, Block: { } copy })
                _copyBytes += copy.HeldBytes;
            released = keepsCopy && !_isClosed && _copyBytes <= mostCopyBytes ? null : TakeCopy(part);
            Append(part);
        }

        if (released is not null)
            release(released);
        Added.Set();
    }

    /// <summary>The part to read now; the same one until <see cref="Done"/> is called. Null if there is none.</summary>
    public Part? Next()
    {
        lock (_gate)
        {
            if (_present is not null || _isClosed || _parts.Count == 0)
                return _present;

            _present = _parts.Dequeue();
            _last = _parts.Count == 0 ? null : _last;
            return _present;
        }
    }

    /// <summary>Ends the current part, which was read completely.</summary>
    public void Done(Part part)
    {
        Block? released;
        lock (_gate)
        {
            if (_present != part)
                return;

            _present = null;
            released = TakeCopy(part) ?? part.Block;
        }

        if (released is not null)
            release(released);
        if (IsConsumed)
            consumed();
    }

    /// <summary>Releases the memory of blocks that are also on disk: those of one segment, or all.</summary>
    public void ReleaseCopies(Segment? of = null)
    {
        var released = new List<Block>();
        lock (_gate)
        {
            var parts = _parts.ToArray();
            _parts.Clear();
            _last = null;
            foreach (var part in parts)
            {
                if ((of is null || part.Segment == of) && TakeCopy(part) is { } copy)
                    released.Add(copy);
                Append(part);
            }
        }

        released.ForEach(release);
    }

    /// <summary>Closes the queue and returns the blocks that are only in memory. Nothing can be read afterwards.</summary>
    /// <param name="isRead">Whether a loop may still read the current part.</param>
    public List<Block> Close(bool isRead)
    {
        List<Part> parts;
        Part? read;
        lock (_gate)
        {
            _isClosed = true;
            read = isRead ? _present : null;
            parts = [.. _parts];
            if (_present is not null)
                parts.Insert(0, _present);
            _parts.Clear();
            (_present, _last) = (null, null);
        }

        foreach (var part in parts.Where(part => part != read && part.Segment is not null && part.Block is not null))
            release(part.Block!);
        return [.. parts.Where(part => part.Segment is null).Select(part => part.Block!)];
    }

    private void Append(Part part)
    {
        if (_last?.TryExtend(part) == true)
            return;

        _parts.Enqueue(part);
        _last = part;
    }

    private Block? TakeCopy(Part part)
    {
        if (part.Segment is null || part.Block is not { } copy)
            return null;

        part.Block = null;
        _copyBytes -= copy.HeldBytes;
        return copy;
    }
}
