using System.Buffers;
using System.Net;
using System.Security.Cryptography;

namespace OssLogSinks.Core.Protocol;

/// <summary>A request's body: bytes that lie where the caller has them, always with their length (never chunked), copied by nobody.</summary>
internal sealed class RequestBody(ReadOnlySequence<byte> bytes, IProgress<OssTransferProgress>? progress) : HttpContent
{
    private const int PieceSize = 64 * 1024;

    /// <summary>Content-MD5 of a body: base64 of the digest.</summary>
    public static string Md5Of(ReadOnlySequence<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var memory in bytes)
        {
            var piece = memory.AsArray();
            hash.AppendData(piece.Array!, piece.Offset, piece.Count);
        }

        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var total = bytes.Length;
        var sent = 0L;
        foreach (var memory in bytes)
        {
            for (var rest = memory; rest.Length > 0;)
            {
                var piece = rest.Length > PieceSize ? rest[..PieceSize] : rest;
                await stream.WriteMemoryAsync(piece).ConfigureAwait(false);
                rest = rest[piece.Length..];
                sent += piece.Length;
                progress?.Report(new OssTransferProgress(sent, total));
            }
        }
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
