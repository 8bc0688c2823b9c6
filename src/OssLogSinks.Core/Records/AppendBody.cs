using System.Buffers;

namespace OssLogSinks.Core.Records;

/// <summary>The bytes of one append: records, behind the object's header if the append creates the object, compressed if the object is. Made once; every repeat sends the very same.</summary>
internal sealed class AppendBody
{
    private readonly PooledBytes? _compressed;

    /// <param name="plain">What a reader of the object finds.</param>
    /// <param name="end">The record of the batch after the last one in it.</param>
    /// <param name="compressed">The same as it is sent; null if that is no other. Belongs to the body from now on.</param>
    public AppendBody(ReadOnlySequence<byte> plain, int end, PooledBytes? compressed = null)
    {
        End = end;
        _compressed = compressed;
        Bytes = compressed?.Written ?? plain;
        Crc64 = Client.Crc64.Append(0, Bytes);
    }

    /// <summary>What is sent.</summary>
    public ReadOnlySequence<byte> Bytes { get; }

    /// <summary>CRC-64/XZ of <see cref="Bytes"/>.</summary>
    public ulong Crc64 { get; }

    /// <summary>The record of the batch after the last one in it.</summary>
    public int End { get; }

    public bool IsCompressed => _compressed is not null;

    /// <summary>Gives the memory of its own back, if there is any. The body is not to be sent any more.</summary>
    public void Release() => _compressed?.Release();
}

/// <summary>Collects what is written to it in pooled memory, of which it asks for more as it grows.</summary>
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

    /// <summary>All that was written; nothing may be written after it was asked for.</summary>
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

    /// <summary>Gives the memory back; nothing of it is to be read any more.</summary>
    public void Release()
    {
        foreach (var segment in _segments)
            ArrayPool<byte>.Shared.Return(segment);

        _segments.Clear();
        _free = 0;
    }

    public override void Flush()
    {
        // It is all here.
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
