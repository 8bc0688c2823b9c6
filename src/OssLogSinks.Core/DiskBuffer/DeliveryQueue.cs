using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// What is to be delivered, in the order in which it came in, so that a stream keeps its order whether its records are on disk or not.
/// Any thread may call any member.
/// </summary>
/// <param name="mostCopyBytes">Memory that blocks which are on disk as well may hold.</param>
/// <param name="release">Gives the memory of a block back.</param>
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

    /// <summary>Set when there is one more part.</summary>
    public AsyncSignal Added { get; } = new();

    /// <summary>Whether everything was read, and waits for its delivery only.</summary>
    public bool IsConsumed
    {
        get
        {
            lock (_gate)
                return _present is null && _parts.Count == 0;
        }
    }

    /// <summary>Adds a part. A block that is on disk as well is kept in memory while there is space, so that it need not be read again.</summary>
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

    /// <summary>The part to be read now; the same one until it is <see cref="Done"/>. Null if there is none.</summary>
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

    /// <summary>All of a part was read.</summary>
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

    /// <summary>Gives back the memory of blocks that are on disk as well: of one segment, or of all.</summary>
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

    /// <summary>Takes out what is in memory only. Nothing is read any more.</summary>
    /// <param name="isRead">Whether somebody may still read the present part.</param>
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
