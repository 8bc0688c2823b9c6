using System.Buffers;
using System.Net;
using System.Security.Cryptography;

namespace OssLogSinks.Core.Client;

/// <summary>A request's body: bytes that lie where the caller has them, always with their length (never chunked).</summary>
internal sealed class RequestBody(ReadOnlySequence<byte> bytes, IProgress<OssTransferProgress>? progress) : HttpContent
{
    private const int PieceSize = 256 << 10;

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
        var sent = 0L;
        for (var rest = bytes; rest.Length > 0; rest = bytes.Slice(sent))
        {
            var length = rest.First.Length >= PieceSize ? PieceSize : LengthToJoin(rest);
            if (length <= rest.First.Length)
                await stream.WriteMemoryAsync(rest.First[..length]).ConfigureAwait(false);
            else
                await WriteJoinedAsync(stream, rest.Slice(0, length)).ConfigureAwait(false);

            sent += length;
            progress?.Report(new OssTransferProgress(sent, bytes.Length));
        }
    }

    // How much of what comes first is in small pieces; something at least, whatever empty ones stand in front.
    private static int LengthToJoin(ReadOnlySequence<byte> pieces)
    {
        var length = 0;
        foreach (var piece in pieces)
        {
            if (piece.Length >= PieceSize || length >= PieceSize)
                break;

            length += piece.Length;
        }

        return Math.Max(1, Math.Min(PieceSize, length));
    }

    // Each piece would be a call of the system, which costs more than to copy a small one.
    private static async Task WriteJoinedAsync(Stream stream, ReadOnlySequence<byte> pieces)
    {
        var length = (int)pieces.Length;
        var joined = ArrayPool<byte>.Shared.Rent(length);
        pieces.CopyTo(joined);
        await stream.WriteMemoryAsync(joined.AsMemory(0, length)).ConfigureAwait(false);

        // Not after a failure: whatever it was written to may be reading it still.
        ArrayPool<byte>.Shared.Return(joined);
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
