using System.Buffers;
using System.Text;

namespace OssLogSinks.Core.Batching;

/// <summary>
/// Turns what a formatter writes into UTF-8 in a pooled buffer that is used again for the next record: no string per
/// event. Not for two threads at once.
/// </summary>
public sealed partial class RecordWriter : TextWriter, IBufferWriter<byte>
{
    private const int FirstSize = 1024;

    // A record larger than this gives its buffer back, so that one giant does not stay in memory.
    private const int LargestKept = 256 << 10;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int _length;
    private char _highSurrogate;

    /// <summary>Makes a writer. A new line is <c>\n</c>, on every machine.</summary>
    public RecordWriter()
        : base(System.Globalization.CultureInfo.InvariantCulture) =>
        CoreNewLine = ['\n'];

    /// <summary>UTF-8, without a byte order mark.</summary>
    public override Encoding Encoding => Utf8;

    /// <summary>The record so far. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Begins the next record.</summary>
    public void Reset()
    {
        _length = 0;
        _highSurrogate = '\0';
        if (_buffer.Length <= LargestKept)
            return;

        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    }

    /// <inheritdoc />
    public override void Write(char value)
    {
        if (value < 0x80 && _highSurrogate == '\0')
        {
            Reserve(1);
            _buffer[_length++] = (byte)value;
            return;
        }

        WritePaired(value);
    }

    /// <inheritdoc />
    public override void Write(string? value)
    {
        if (value is null)
            return;

        var start = _highSurrogate != '\0' && value.Length > 0 ? 1 : 0;
        if (start == 1)
            WritePaired(value[0]);

        // A pair may be split over two calls: its first half waits for the second.
        var end = value.Length > start && char.IsHighSurrogate(value[value.Length - 1]) ? value.Length - 1 : value.Length;
        Reserve(Utf8.GetMaxByteCount(end - start));
        _length += Utf8.GetBytes(value, start, end - start, _buffer, _length);
        if (end < value.Length)
            _highSurrogate = value[end];
    }

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count)
    {
        for (var i = index; i < index + count; i++)
            Write(buffer[i]);
    }

    /// <inheritdoc />
    public void Advance(int count) => _length += count;

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _length = 0;
        }

        base.Dispose(disposing);
    }

    private void WritePaired(char value)
    {
        // A first half is never the second of another: it waits for its own, and one that waited is alone.
        var waited = _highSurrogate;
        var waits = char.IsHighSurrogate(value);
        _highSurrogate = waits ? value : '\0';
        if (waits && waited == '\0')
            return;

        char[] pair = waits ? [waited] : waited == '\0' ? [value] : [waited, value];
        Reserve(Utf8.GetMaxByteCount(pair.Length));
        _length += Utf8.GetBytes(pair, 0, pair.Length, _buffer, _length);
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length >= count)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        Buffer.BlockCopy(_buffer, 0, larger, 0, _length);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
