using System.Buffers;

namespace OssLogSinks.Core.Records;

/// <summary>The bytes of one append: the object's header if it creates the object, and records; compressed if the object is. Every repeat sends the same bytes.</summary>
internal sealed class AppendBody
{
    private readonly PooledBytes? _compressed;
    private bool _isKept;

    // Owns the compressed bytes.
    public AppendBody(ReadOnlySequence<byte> plain, int end, PooledBytes? compressed = null)
    {
        End = end;
        _compressed = compressed;
        Bytes = compressed?.Written ?? plain;
        Crc64 = Client.Crc64.Append(0, Bytes);
    }

    public ReadOnlySequence<byte> Bytes { get; }

    /// <summary>CRC-64/XZ of <see cref="Bytes"/>.</summary>
    public ulong Crc64 { get; }

    /// <summary>Index in the batch of the record after the last one in this append.</summary>
    public int End { get; }

    public bool IsCompressed => _compressed is not null;

    /// <summary>Returns the memory of compressed bytes. The body must not be used afterwards.</summary>
    public void Release()
    {
        if (!_isKept)
            _compressed?.Release();
    }

    /// <summary>Keeps the memory of compressed bytes out of the pool for good: a client may still be reading it.</summary>
    public void Keep() => _isKept = true;
}

/// <summary>A stream that keeps what is written in pooled memory.</summary>
internal sealed class PooledBytes : Stream
{
    private const int SmallestSegment = 4 << 10;
    private const int LargestSegment = 256 << 10;

    private readonly List<byte[]> _segments = [];
    private long _length;
    private int _free;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>All written bytes. Nothing may be written afterwards.</summary>
    public ReadOnlySequence<byte> Written
    {
        get
        {
            var pieces = new BytePieces();
            for (var i = 0; i < _segments.Count; i++)
                pieces.Add(_segments[i].AsMemory(0, _segments[i].Length - (i == _segments.Count - 1 ? _free : 0)));

            return pieces.ToSequence();
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        while (count > 0)
        {
            if (_free == 0)
                Grow();

            var segment = _segments[_segments.Count - 1];
            var part = Math.Min(count, _free);
            Buffer.BlockCopy(buffer, offset, segment, segment.Length - _free, part);
            _length += part;
            _free -= part;
            offset += part;
            count -= part;
        }
    }

    /// <summary>Returns the memory, which must not be read afterwards.</summary>
    public void Release()
    {
        foreach (var segment in _segments)
            ArrayPool<byte>.Shared.Return(segment);

        _segments.Clear();
        _free = 0;
    }

    public override void Flush()
    {
        // Nothing is buffered elsewhere.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Grow()
    {
        var size = (int)Math.Min(LargestSegment, Math.Max(SmallestSegment, _length));
        _segments.Add(ArrayPool<byte>.Shared.Rent(size));
        _free = _segments[_segments.Count - 1].Length;
    }
}

/// <summary>Joins pieces of memory to a sequence without copying.</summary>
internal sealed class BytePieces
{
    private Piece? _first;
    private Piece? _last;

    public void Add(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0)
            return;

        _last = new Piece(bytes, _last);
        _first ??= _last;
    }

    public ReadOnlySequence<byte> ToSequence() =>
        _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Memory.Length);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? previous)
        {
            Memory = bytes;
            if (previous is null)
                return;

            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}

internal static class ByteSequences
{
    public static bool StartsWith(this ReadOnlySequence<byte> sequence, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sequence.Length)
            return false;

        foreach (var segment in sequence.Slice(0, bytes.Length))
        {
            if (!bytes.StartsWith(segment.Span))
                return false;
            bytes = bytes.Slice(segment.Length);
        }

        return true;
    }
}
