using System.Text;
using NLog.Layouts;

namespace NLog.Targets.OssAppend;

/// <summary>Renders events into UTF-8 in buffers that are used again for the next one: no string per event. For one thread at a time.</summary>
internal sealed class EventRenderer
{
    // A buffer that one giant event has made larger than this is not kept.
    private const int LargestKept = 256 << 10;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Layout _layout;
    private readonly string _lineEnding;
    private StringBuilder _text = new();
    private char[] _chars = [];
    private byte[] _bytes = [];

    public EventRenderer(Layout layout, string lineEnding)
    {
        _layout = layout;
        _lineEnding = lineEnding;
    }

    /// <summary>Renders an event and its line ending. The bytes are valid until the next call.</summary>
    public ReadOnlyMemory<byte> Render(LogEventInfo logEvent)
    {
        Clear();
        _layout.Render(logEvent, _text);
        _text.Append(_lineEnding);

        var length = _text.Length;
        if (_chars.Length < length)
            _chars = new char[Math.Max(length, 2 * _chars.Length)];
        _text.CopyTo(0, _chars, 0, length);

        var most = Utf8.GetMaxByteCount(length);
        if (_bytes.Length < most)
            _bytes = new byte[Math.Max(most, 2 * _bytes.Length)];
        return _bytes.AsMemory(0, Utf8.GetBytes(_chars, 0, length, _bytes, 0));
    }

    private void Clear()
    {
        if (_text.Capacity <= LargestKept)
        {
            _text.Clear();
            return;
        }

        _text = new StringBuilder();
        _chars = [];
        _bytes = [];
    }
}
