using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// What is to be shipped, in the order in which it came in: segments on disk, and between them blocks that are in memory only.
/// So a stream keeps its order, whichever way its records go. Any thread may call any member.
/// </summary>
internal sealed class DeliveryQueue
{
    private readonly Queue<Item> _items = new();
    private readonly Action _consumed;
    private long _placedThrough;
    private long _consumedThrough;

    /// <param name="consumed">Called when all that was placed has been read.</param>
    public DeliveryQueue(Action consumed) => _consumed = consumed;

    /// <summary>Set when there is one more.</summary>
    public AsyncSignal Added { get; } = new();

    /// <summary>Whether everything up to the last record placed was read, and waits for its delivery only.</summary>
    public bool IsConsumed => Volatile.Read(ref _consumedThrough) >= Volatile.Read(ref _placedThrough);

    /// <summary>All records up to this one are in the queue.</summary>
    public void Placed(long throughId) => Volatile.Write(ref _placedThrough, throughId);

    /// <summary>All records up to this one were read.</summary>
    public void Consumed(long throughId)
    {
        Volatile.Write(ref _consumedThrough, Math.Max(throughId, Volatile.Read(ref _consumedThrough)));
        if (IsConsumed)
            _consumed();
    }

    public void Add(Item item)
    {
        lock (_items)
            _items.Enqueue(item);
        Added.Set();
    }

    public bool TryTake(out Item item)
    {
        lock (_items)
        {
            item = _items.Count > 0 ? _items.Dequeue() : default;
            return item != default;
        }
    }

    /// <summary>A segment of a folder, or a block.</summary>
    public readonly record struct Item(BufferFolder? Folder, Segment? Segment, Block? Block);
}
