using System.IO.Compression;
using System.Security.Cryptography;

namespace OssLogSinks.Tool.Reading;

/// <summary>
/// The text of all gzip members of a stream. It ends only if the stream ends with a whole member; otherwise the last read throws an
/// <see cref="InvalidDataException"/>.
/// </summary>
/// <remarks>
/// <see cref="GZipStream"/> ignores bytes behind the last member, and takes a member that was cut for the end. So one more member follows the stored
/// bytes here, with a text that nobody knows before. Only if exactly this text comes at the end, all stored bytes were whole members.
/// </remarks>
internal sealed class GzipText : Stream
{
    private static readonly byte[] LastText = RandomNumberGenerator.GetBytes(16);
    private static readonly byte[] LastMember = Compress(LastText);

    // Used by one reader at a time.
    private readonly FollowedStream _stored;
    private readonly GZipStream _gzip;
    private readonly string _key;
    private bool _isWhole;

    /// <param name="stored">The bytes of the object.</param>
    /// <param name="key">Its key, for messages.</param>
    public GzipText(Stream stored, string key)
    {
        _key = key;
        _stored = new FollowedStream(stored, LastMember);
        _gzip = new GZipStream(_stored, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isWhole || buffer.Length == 0)
            return 0;

        try
        {
            // More input is asked for only when all text of the input before has been returned.
            var read = await _gzip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read > 0 && !_stored.IsFollowed)
                return read;

            _isWhole = await EndsHereAsync(buffer, read, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException failure)
        {
            throw NotWhole(failure);
        }

        return _isWhole ? 0 : throw NotWhole(null);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _gzip.Dispose();

        base.Dispose(disposing);
    }

    private async ValueTask<bool> EndsHereAsync(Memory<byte> buffer, int read, CancellationToken cancellationToken)
    {
        var length = 0;
        for (; read > 0; read = await _gzip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false))
        {
            if (!LastText.AsSpan(length).StartsWith(buffer.Span[..read]))
                return false;

            length += read;
        }

        return length == LastText.Length;
    }

    private InvalidDataException NotWhole(Exception? cause) => new($"'{_key}' is not whole gzip: it is damaged or cut, or other bytes follow it.", cause);

    private static byte[] Compress(byte[] text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.NoCompression, leaveOpen: true))
            gzip.Write(text);

        return bytes.ToArray();
    }

    /// <summary>A stream with further bytes behind it.</summary>
    private sealed class FollowedStream(Stream stream, byte[] further) : Stream
    {
        private int _furtherRead;

        /// <summary>Whether the stream has ended and the further bytes were asked for.</summary>
        public bool IsFollowed { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!IsFollowed && await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
                return read;

            IsFollowed = true;
            var count = Math.Min(buffer.Length, further.Length - _furtherRead);
            further.AsSpan(_furtherRead, count).CopyTo(buffer.Span);
            _furtherRead += count;
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                stream.Dispose();

            base.Dispose(disposing);
        }
    }
}
