using System.Text;

namespace NLog.Targets.OssAppend;

/// <summary>The memory that an event is rendered in, used again for the next one: no string per event. For one thread at a time.</summary>
internal sealed class EventBuffer
{
    // What one giant event has made larger than this is not kept.
    private const int LargestKept = 256 << 10;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // A thread's own, free between two events: a layout that logs while it renders finds none and makes another.
    [ThreadStatic]
    private static EventBuffer? _spare;

    private char[] _chars = [];
    private byte[] _bytes = [];

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
        _chars = [];
        _bytes = [];
    }

    /// <summary>The text as UTF-8. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> ToUtf8()
    {
        var length = Text.Length;
        if (_chars.Length < length)
            _chars = new char[Math.Max(length, 2 * _chars.Length)];
        Text.CopyTo(0, _chars, 0, length);

        var most = Utf8.GetMaxByteCount(length);
        if (_bytes.Length < most)
            _bytes = new byte[Math.Max(most, 2 * _bytes.Length)];
        return _bytes.AsMemory(0, Utf8.GetBytes(_chars, 0, length, _bytes, 0));
    }
}
