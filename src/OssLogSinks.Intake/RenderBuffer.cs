using System.Text;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake;

/// <summary>Memory to render an event in, reused for the next one. For one thread at a time.</summary>
#pragma warning disable CA1001 // It lives as long as its thread or its intake; memory rented from the pool is then garbage-collected.
internal sealed class RenderBuffer
#pragma warning restore CA1001
{
    // Memory beyond this size, used by a large event, is released.
    private const int LargestKept = 128 << 10;

    // The thread's buffer, null while in use: if rendering logs, the inner call creates another.
    [ThreadStatic]
    private static RenderBuffer? _spare;

    private StringBuilder? _text;
    private string?[] _values = [];

    /// <summary>Receives the event's UTF-8.</summary>
    public RecordWriter Utf8 { get; } = new();

    /// <summary>Receives the event's text if the framework cannot write UTF-8.</summary>
    public StringBuilder Text => _text ??= new();

    /// <summary>Takes the thread's buffer, or a new one. Return it with <see cref="GiveBack"/>.</summary>
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

    /// <summary>Prepares for the next event.</summary>
    public void Clear()
    {
        Utf8.Reset();
        if (_text?.Capacity > LargestKept)
            _text = null;
        _text?.Clear();
    }

    /// <summary>An array for an event's key values.</summary>
    public string?[] Values(int count) => _values.Length == count ? _values : _values = new string?[count];
}
