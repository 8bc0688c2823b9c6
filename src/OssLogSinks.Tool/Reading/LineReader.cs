using System.Buffers;

namespace OssLogSinks.Tool.Reading;

/// <summary>Cuts a stream into lines without copying them. A line is valid until the next call of <see cref="FillAsync"/>.</summary>
internal sealed class LineReader : IDisposable
{
    /// <summary>Longer lines are cut here, so that memory stays bounded.</summary>
    public const int LongestLine = 64 * 1024 * 1024;

    private const int FirstSize = 256 * 1024;

    private readonly Stream _stream;

    // Used by one reader at a time. Bytes from _start to _end are not read yet; up to _searched they have no line end.
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int _start;
    private int _searched;
    private int _end;
    private bool _hasEnded;

    public LineReader(Stream stream) => _stream = stream;

    /// <summary>Whether the last line that was read had no line end.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Takes the next line, without its line end; false if more bytes must be read first.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        var at = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        if (at >= 0)
        {
            line = Take(_searched + at, 1);
            return true;
        }

        _searched = _end;
        var isWhole = _hasEnded && _end > _start;
        if (!isWhole && _end - _start < LongestLine)
        {
            line = default;
            return false;
        }

        IsTorn = _hasEnded;
        line = Take(_end, 0);
        return true;
    }

    /// <summary>Reads more bytes; false at the stream's end, when <see cref="TryRead"/> gives nothing more.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_hasEnded)
            return _end > _start;

        MakeRoom();
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        _hasEnded = read == 0;
        return read > 0 || _end > _start;
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);

        _buffer = [];
        _start = _searched = _end = 0;
    }

    private ReadOnlyMemory<byte> Take(int end, int lineEnd)
    {
        var length = end - _start;
        if (lineEnd > 0 && length > 0 && _buffer[end - 1] == '\r')
            length--;

        var line = _buffer.AsMemory(_start, length);
        _start = _searched = end + lineEnd;
        return line;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _searched -= _start;
            _start = 0;
        }

        if (_end <= _buffer.Length / 2)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
