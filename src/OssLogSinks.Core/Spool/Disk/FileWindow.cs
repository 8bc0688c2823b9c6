using System.Buffers;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>A moving part of a file in pooled memory, never beyond what its reader was told is written.</summary>
internal sealed class FileWindow : IDisposable
{
    private const int Size = 256 << 10;

    private readonly ISpoolFile _file;
    private byte[] _buffer = [];
    private long _start;
    private int _count;

    public FileWindow(ISpoolFile file) => _file = file;

    /// <summary>Whether a part of the file lies before <paramref name="end"/>; if so, it is in the window afterwards.</summary>
    /// <exception cref="IOException">It cannot be read, or the file is shorter than that.</exception>
    public bool Has(long offset, int count, long end)
    {
        if (count > end - offset)
            return false;

        if (offset < _start || offset + count > _start + _count)
            Load(offset, count, end);

        return true;
    }

    /// <summary>Everything that is in the window from an offset on.</summary>
    public ReadOnlySpan<byte> From(long offset) => _buffer.AsSpan((int)(offset - _start), (int)(_start + _count - offset));

    /// <summary>A part that is in the window.</summary>
    public ReadOnlySpan<byte> Slice(long offset, int count) => _buffer.AsSpan((int)(offset - _start), count);

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);

        _buffer = [];
        _count = 0;
    }

    private void Load(long offset, int count, long end)
    {
        var from = offset >= _start && offset < _start + _count ? (int)(offset - _start) : _count;
        var kept = _count - from;
        var former = _buffer;

        // A giant's buffer is given back as soon as it has been read.
        if (former.Length < count || (former.Length >= 2 * Size && count <= Size && kept <= Size))
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(Size, count));

        Buffer.BlockCopy(former, from, _buffer, 0, kept);
        if (former.Length > 0 && !ReferenceEquals(former, _buffer))
            ArrayPool<byte>.Shared.Return(former);

        _start = offset;
        _count = kept;
        while (_count < count)
        {
            var wanted = (int)Math.Min(_buffer.Length - _count, end - _start - _count);
            var read = _file.Read(_start + _count, _buffer, _count, wanted);
            if (read <= 0)
                throw new EndOfStreamException("The file is shorter than what was written.");

            _count += read;
        }
    }
}
