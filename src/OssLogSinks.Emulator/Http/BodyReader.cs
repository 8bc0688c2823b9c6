using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Http;

/// <summary>
/// Reads a body once, to its end: computes digests while reading, and copies the bytes to chunks, which the object then keeps.
/// </summary>
internal sealed class BodyReader(IHttpSettings settings, TimeProvider time)
{
    private const int ChunkSize = 1 << 20;

    /// <summary>The body, or an error, which changes nothing. Throws Kestrel's exception if the client has disconnected.</summary>
    public async ValueTask<(RequestBody Body, OssError? Error)> ReadAsync(HttpRequest request, bool needsMd5)
    {
        if (request.ContentLength is 0)
            return (RequestBody.Empty, null);

        using var md5 = needsMd5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
        var sink = new Sink(settings.KeepBodies ? [] : null, md5, request.ContentLength);
        try
        {
            while (true)
            {
                var read = request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
                var result = read.IsCompletedSuccessfully ? read.Result : await AwaitOrCancelAsync(request.BodyReader, read).ConfigureAwait(false);
                if (result.IsCanceled)
                    return (RequestBody.Empty, OssErrors.RequestTimeout);

                foreach (var segment in result.Buffer)
                    sink.Take(segment.Span);

                request.BodyReader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return (sink.Finish(), null);
            }
        }
        catch (BadHttpRequestException)
        {
            return (RequestBody.Empty, OssErrors.IncompleteBody);
        }
    }

    private async ValueTask<ReadResult> AwaitOrCancelAsync(PipeReader reader, ValueTask<ReadResult> pending)
    {
        using var timeout = time.CreateTimer(
            static state => ((PipeReader)state!).CancelPendingRead(), reader, settings.BodyTimeout, Timeout.InfiniteTimeSpan);
        return await pending.ConfigureAwait(false);
    }

    private sealed class Sink(List<ReadOnlyMemory<byte>>? chunks, IncrementalHash? md5, long? announced)
    {
        private byte[] _chunk = [];
        private int _used;
        private long _length;
        private ulong _crc64;

        public void Take(ReadOnlySpan<byte> bytes)
        {
            _crc64 = Crc64.Append(_crc64, bytes);
            md5?.AppendData(bytes);
            while (chunks is not null && !bytes.IsEmpty)
            {
                if (_used == _chunk.Length)
                    NextChunk();

                var taken = Math.Min(bytes.Length, _chunk.Length - _used);
                bytes[..taken].CopyTo(_chunk.AsSpan(_used));
                _used += taken;
                _length += taken;
                bytes = bytes[taken..];
            }

            _length += bytes.Length;
        }

        public RequestBody Finish()
        {
            CloseChunk();
            return new RequestBody(_length, _crc64, md5?.GetHashAndReset(), chunks);
        }

        private void NextChunk()
        {
            CloseChunk();
            var size = announced is { } total ? Math.Clamp(total - _length, 1, ChunkSize) : Math.Min(ChunkSize, Math.Max(4096, _length));
            _chunk = GC.AllocateUninitializedArray<byte>((int)size);
            _used = 0;
        }

        private void CloseChunk()
        {
            if (_used > 0)
                chunks?.Add(_chunk.AsMemory(0, _used));
        }
    }
}
