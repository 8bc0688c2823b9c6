using System.Text;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake;

/// <summary>The memory that an event is rendered in, used again for the next one. For one thread at a time.</summary>
#pragma warning disable CA1001 // It lives as long as its thread or its intake; what it rented from the pool is the garbage collector's then.
internal sealed class RenderBuffer
#pragma warning restore CA1001
{
    // Memory that a large event has used beyond this is not kept.
    private const int LargestKept = 128 << 10;

    // A thread's own buffer, free between two events: rendering that logs finds none and makes another.
    [ThreadStatic]
    private static RenderBuffer? _spare;

    private StringBuilder? _text;
    private string?[] _values = [];

    /// <summary>Where UTF-8 is written.</summary>
    public RecordWriter Utf8 { get; } = new();

    /// <summary>Where text is written first by a framework that knows no other way.</summary>
    public StringBuilder Text => _text ??= new();

    /// <summary>Takes the thread's own buffer, to be given back.</summary>
    public static RenderBuffer Take()
    {
        var buffer = _spare ?? new RenderBuffer();
        _spare = null;
        return buffer;
    }

    public static void GiveBack(RenderBuffer buffer)
    {
        if (buffer.Utf8.Written.Length > LargestKept)
            buffer.Utf8.Dispose();
        else
            _spare = buffer;
    }

    /// <summary>Begins the next event.</summary>
    public void Clear()
    {
        Utf8.Reset();
        if (_text?.Capacity > LargestKept)
            _text = null;
        _text?.Clear();
    }

    /// <summary>Space for an event's key values.</summary>
    public string?[] Values(int count) => _values.Length == count ? _values : _values = new string?[count];
}
