using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Client;

/// <summary>
/// An object's bytes as they arrive. Each read has the client's time limit, and what breaks it off is an <see cref="OssException"/>.
/// So is a body of another length than its head says.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="length">How many bytes the head says it has; null if it does not say.</param>
/// <param name="sender">Limits each read.</param>
internal sealed class AnswerBody(Stream body, long? length, RequestSender sender) : Stream
{
    private long _count;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadWithinLimitAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

#if NET8_0_OR_GREATER
    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReadWithinLimitAsync(buffer, cancellationToken);
#endif

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            body.Dispose();

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadWithinLimitAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var deadline = sender.StartDeadline(cancellationToken);
        try
        {
            var count = await body.ReadMemoryAsync(buffer, deadline.Token).ConfigureAwait(false);
            _count += count;
            if (_count > length || (count == 0 && buffer.Length > 0 && _count < length))
                throw new InvalidDataException("The body has another length than the head of the answer says.");

            return count;
        }
        catch (Exception exception) when (exception is not (OssException or ObjectDisposedException))
        {
            throw deadline.Explain(exception, "GetObject", sender.Failures);
        }
    }
}
