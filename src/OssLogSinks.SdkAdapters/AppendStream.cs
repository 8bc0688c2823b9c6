using System.Buffers;

namespace OssLogSinks.SdkAdapters;

/// <summary>
/// The body of an append as a stream, without a copy. It can be read once: an SDK that winds it back and sends it again gets an exception,
/// since the repeat of an append that was stored is refused, and so looks as if nothing was stored.
/// </summary>
internal sealed class AppendStream(ReadOnlySequence<byte> bytes) : Stream
{
    private readonly object _gate = new();
    private readonly ReadOnlySequence<byte> _all = bytes;
    private ReadOnlySequence<byte> _rest = bytes;
    private bool _isRead;
    private bool _isWoundBack;
    private bool _isGivenUp;

    public override bool CanRead => true;

    // If it were false, the SDKs would send the body in chunks.
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _all.Length;

    public override long Position
    {
        get => _all.Length - _rest.Length;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>Ends all reading: the memory of the body is used for other bytes from now on.</summary>
    public void GiveUp()
    {
        lock (_gate)
            _isGivenUp = true;
    }

    public override int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            if (_isGivenUp)
                throw new IOException("The append was given up.");
            if (_isWoundBack)
                throw new InvalidOperationException("The body of an append cannot be read twice, since nothing may repeat an append.");

            _isRead = true;
            var count = (int)Math.Min(buffer.Length, _rest.Length);
            _rest.Slice(0, count).CopyTo(buffer);
            _rest = _rest.Slice(count);
            return count;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Winding back is allowed: an SDK does it after an error, and an exception here would hide that error.
    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => Length + offset };
        _isWoundBack = _isWoundBack || (_isRead && target != Position);
        _rest = _all.Slice(target);
        return target;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
