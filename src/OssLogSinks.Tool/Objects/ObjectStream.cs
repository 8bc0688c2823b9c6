using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Tool.Objects;

/// <summary>
/// Reads a range of an object as it is stored. A connection that breaks is opened again at the byte that follows, so the reader sees no
/// gap; after several failures in a row the read throws. The object may grow meanwhile: bytes after the range are not read.
/// </summary>
internal sealed class ObjectStream : Stream
{
    private const int MostFailures = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly OssClient _client;
    private readonly string _key;
    private readonly long _end;
    private readonly TimeProvider _time;

    // Used by one reader at a time.
    private GetObjectResult? _answer;
    private long _next;
    private int _failures;

    public ObjectStream(OssClient client, string key, long start, long end, TimeProvider time)
    {
        _client = client;
        _key = key;
        _next = start;
        _end = end;
        _time = time;
    }

    /// <summary>The service's CRC-64 of the whole object at the last request; null if it sent none, or nothing was read.</summary>
    public ulong? ServiceCrc64 { get; private set; }

    /// <summary>CRC-64 of the bytes read so far, if it is wanted.</summary>
    public ulong Crc64 { get; private set; }

    public bool ComputesCrc64 { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _next;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_next < _end && buffer.Length > 0)
        {
            try
            {
                _answer ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
                var wanted = (int)Math.Min(buffer.Length, _end - _next);
                var read = await _answer.Content.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
                if (read > 0)
                {
                    _next += read;
                    _failures = 0;
                    if (ComputesCrc64)
                        Crc64 = Core.Client.Crc64.Append(Crc64, buffer.Span[..read]);

                    return read;
                }

                throw new EndOfStreamException($"'{_key}' ended at byte {_next}, before the {_end} bytes that were listed.");
            }
            catch (Exception exception) when (IsWorthAnother(exception) && ++_failures < MostFailures)
            {
                CloseAnswer();
                await Task.Delay(Pause * _failures, _time, cancellationToken).ConfigureAwait(false);
            }
        }

        return 0;
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
            CloseAnswer();

        base.Dispose(disposing);
    }

    private static bool IsWorthAnother(Exception exception) => exception is OssException oss
        ? oss.StatusCode == 0 || (int)oss.StatusCode >= 500 || (int)oss.StatusCode == 429
        : exception is IOException;

    private async Task<GetObjectResult> OpenAsync(CancellationToken cancellationToken)
    {
        var range = new OssByteRange(_next, _end - _next);
        var answer = await _client.GetObjectAsync(new GetObjectRequest(_key) { Range = range }, cancellationToken).ConfigureAwait(false);
        ServiceCrc64 = answer.Crc64;

        // OSS answers some ranges with the whole object.
        if (answer.ContentRange is null && _next > 0)
            await SkipAsync(answer.Content, _next, cancellationToken).ConfigureAwait(false);

        return answer;
    }

    private static async Task SkipAsync(Stream content, long bytes, CancellationToken cancellationToken)
    {
        var rest = new byte[64 * 1024];
        while (bytes > 0)
        {
            var read = await content.ReadAsync(rest.AsMemory(0, (int)Math.Min(rest.Length, bytes)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new EndOfStreamException("The object became shorter.");

            bytes -= read;
        }
    }

    private void CloseAnswer()
    {
        _answer?.Dispose();
        _answer = null;
    }
}
