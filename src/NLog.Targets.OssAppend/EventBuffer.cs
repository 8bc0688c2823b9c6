using System.Runtime.InteropServices;
using System.Text;
using OssLogSinks.Core.Records;

namespace NLog.Targets.OssAppend;

/// <summary>The memory that an event is rendered in, used again for the next one: no string per event. For one thread at a time.</summary>
#pragma warning disable CA1001 // It lives as long as its thread or its pipeline; what it has rented from the pool is the garbage collector's then.
internal sealed class EventBuffer
#pragma warning restore CA1001
{
    // What one giant event has made larger than this is not kept.
    private const int LargestKept = 256 << 10;

    // A thread's own, free between two events: a layout that logs while it renders finds none and makes another.
    [ThreadStatic]
    private static EventBuffer? _spare;

    private readonly RecordWriter _utf8 = new();

    /// <summary>Where the layout writes.</summary>
    public StringBuilder Text { get; private set; } = new();

    /// <summary>The thread's own buffer, to be given back.</summary>
    public static EventBuffer Take()
    {
        var buffer = _spare ?? new EventBuffer();
        _spare = null;
        return buffer;
    }

    public static void GiveBack(EventBuffer buffer) => _spare = buffer;

    /// <summary>Begins the next event.</summary>
    public void Clear()
    {
        if (Text.Capacity <= LargestKept)
        {
            Text.Clear();
            return;
        }

        Text = new StringBuilder();
    }

    /// <summary>The text as UTF-8, encoded from where the layout wrote it. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> ToUtf8()
    {
        _utf8.Reset();
        foreach (var chunk in Text.GetChunks())
        {
            if (MemoryMarshal.TryGetArray(chunk, out var part))
                _utf8.Write(part.Array!, part.Offset, part.Count);
        }

        return _utf8.Written;
    }
}
