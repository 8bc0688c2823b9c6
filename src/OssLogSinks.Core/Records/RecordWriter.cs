using System.Buffers;
using System.Text;

namespace OssLogSinks.Core.Records;

/// <summary>
/// Writes text as UTF-8 to a pooled buffer that is reused for the next record, without a string for each event. Not thread-safe.
/// </summary>
public sealed class RecordWriter : TextWriter, IBufferWriter<byte>
{
    private const int FirstSize = 1024;

    // A larger buffer is returned after its record, so that one huge record does not stay in memory.
    private const int LargestKept = 256 << 10;

    private const int ReplacementCharacter = 0xFFFD;

    // In UTF-8.
    private const int ReplacementLength = 3;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int _length;
    private char _highSurrogate;

    /// <summary>Creates a writer. <see cref="TextWriter.NewLine"/> is <c>\n</c> on every platform.</summary>
    public RecordWriter()
        : base(System.Globalization.CultureInfo.InvariantCulture) =>
        NewLine = "\n";

    /// <summary>UTF-8, without a byte order mark.</summary>
    public override Encoding Encoding => Utf8;

    /// <summary>The record so far. Valid until the next call. Half of a surrogate pair at its end becomes U+FFFD.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            EndHalfPair();
            return _buffer.AsMemory(0, _length);
        }
    }

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

        var start = 0;
        while (_highSurrogate != '\0' && start < value.Length)
            WritePaired(value[start++]);

        // A surrogate pair may be split over two calls.
        var end = value.Length > start && char.IsHighSurrogate(value[value.Length - 1]) ? value.Length - 1 : value.Length;
        ReserveFor(end - start);
        _length += Utf8.GetBytes(value, start, end - start, _buffer, _length);
        if (end < value.Length)
            _highSurrogate = value[end];
    }

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count)
    {
        var end = index + count;
        while (_highSurrogate != '\0' && index < end)
            WritePaired(buffer[index++]);

        var endsOpen = index < end && char.IsHighSurrogate(buffer[end - 1]);
        var whole = endsOpen ? end - 1 : end;
        ReserveFor(whole - index);
        _length += Utf8.GetBytes(buffer, index, whole - index, _buffer, _length);
        if (endsOpen)
            _highSurrogate = buffer[whole];
    }

#if !NETSTANDARD2_0
    /// <inheritdoc />
    public override void Write(ReadOnlySpan<char> buffer)
    {
        var rest = buffer;
        while (_highSurrogate != '\0' && rest.Length > 0)
        {
            WritePaired(rest[0]);
            rest = rest[1..];
        }

        var endsOpen = rest.Length > 0 && char.IsHighSurrogate(rest[^1]);
        var whole = endsOpen ? rest[..^1] : rest;
        ReserveFor(whole.Length);
        _length += Utf8.GetBytes(whole, _buffer.AsSpan(_length));
        if (endsOpen)
            _highSurrogate = rest[^1];
    }
#endif

    /// <summary>Writes text that is already UTF-8.</summary>
    /// <param name="utf8">The bytes; written as they are.</param>
    public void WriteUtf8(ReadOnlySpan<byte> utf8)
    {
        // Bytes cannot complete half a pair.
        if (utf8.Length > 0)
            EndHalfPair();
        Reserve(utf8.Length);
        utf8.CopyTo(_buffer.AsSpan(_length));
        _length += utf8.Length;
    }

    /// <inheritdoc />
    public void Advance(int count)
    {
        // Bytes cannot complete half a pair.
        if (count > 0)
            EndHalfPair();
        _length += count;
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var start = PrepareBytes(sizeHint);
        return _buffer.AsMemory(start);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        var start = PrepareBytes(sizeHint);
        return _buffer.AsSpan(start);
    }

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

    // The offset for bytes: after the replacement character, if half a pair waits.
    private int PrepareBytes(int sizeHint)
    {
        var replaced = _highSurrogate == '\0' ? 0 : ReplacementLength;
        Reserve(Math.Max(sizeHint, 1) + replaced);
        return _length + replaced;
    }

    private void WritePaired(char value)
    {
        if (char.IsLowSurrogate(value) && _highSurrogate != '\0')
        {
            var scalar = char.ConvertToUtf32(_highSurrogate, value);
            _highSurrogate = '\0';
            WriteScalar(scalar);
            return;
        }

        EndHalfPair();
        if (char.IsHighSurrogate(value))
            _highSurrogate = value;
        else
            WriteScalar(char.IsLowSurrogate(value) ? ReplacementCharacter : value);
    }

    private void EndHalfPair()
    {
        if (_highSurrogate == '\0')
            return;

        _highSurrogate = '\0';
        WriteScalar(ReplacementCharacter);
    }

    private void WriteScalar(int scalar)
    {
        Reserve(4);
        if (scalar < 0x80)
        {
            _buffer[_length++] = (byte)scalar;
            return;
        }

        var following = scalar < 0x800 ? 1 : scalar < 0x10000 ? 2 : 3;
        _buffer[_length++] = (byte)((0xFF00 >> (following + 1)) | (scalar >> (6 * following)));
        while (following-- > 0)
            _buffer[_length++] = (byte)(0x80 | ((scalar >> (6 * following)) & 0x3F));
    }

    // A character of UTF-16 becomes three bytes at most.
    private void ReserveFor(int characters) => Reserve(checked(characters * 3));

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
