using OssLogSinks.Core.Client;

namespace OssLogSinks.Tool.Objects;

/// <summary>
/// An object as a file that can be read anywhere: for formats whose index is at their end. A read outside the bytes that were read last is a
/// GetObject request.
/// </summary>
internal sealed class RangedObject(OssClient client, string key, long length, TimeProvider time) : Stream
{
    private const int ReadAhead = 64 * 1024;

    // Used by one reader at a time: the bytes that were read last, and where they begin.
    private byte[] _bytes = [];
    private long _start;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= length || buffer.Length == 0)
            return 0;

        if (Position < _start || Position >= _start + _bytes.Length)
        {
            // The index is read backwards from the end, so bytes before the wanted ones are read there.
            var start = length - Position < ReadAhead ? Math.Max(0, length - ReadAhead) : Position;
            var bytes = new byte[Math.Min(Math.Max(buffer.Length, ReadAhead), length - start)];
            var stored = new ObjectStream(client, key, start, start + bytes.Length, time);
            await using (stored.ConfigureAwait(false))
                await stored.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);

            _bytes = bytes;
            _start = start;
        }

        var from = (int)(Position - _start);
        var count = Math.Min(buffer.Length, _bytes.Length - from);
        _bytes.AsSpan(from, count).CopyTo(buffer.Span);
        Position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Parquet's reader reads a few bytes so. There is no context to come back to.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
