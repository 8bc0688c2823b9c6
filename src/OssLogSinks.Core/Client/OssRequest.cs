using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Core.Client;

/// <summary>One request before it is signed. Each attempt signs it again.</summary>
/// <param name="Operation">The operation's name, for messages.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Key">The object's key; null for an operation on the bucket.</param>
internal sealed record OssRequest(string Operation, HttpMethod Method, string? Key)
{
    /// <summary>Query parameters, decoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>Headers by lower-case name, without those that signing adds.</summary>
    public SortedDictionary<string, string> Headers { get; } = SigningInput.NewHeaders();

    /// <summary>The body; null for none.</summary>
    public ReadOnlySequence<byte>? Body { get; init; }

    /// <summary>
    /// Whether the result is null, instead of an exception, if the object does not exist. For HEAD: the first HEAD for a new object finds none.
    /// </summary>
    public bool IsAbsenceAnswer { get; init; }

    /// <summary>Makes the message of one attempt, signed at that time with those credentials.</summary>
    public HttpRequestMessage Sign(OssEndpoint endpoint, IOssSigner signer, OssCredentials credentials, DateTimeOffset time)
    {
        var headers = SigningInput.NewHeaders();
        foreach (var header in Headers)
            headers.Add(header.Key, header.Value);

        signer.Sign(new SigningInput(Method.Method, endpoint.Bucket, Key, Query, headers), credentials, time);
        var message = new HttpRequestMessage(Method, endpoint.UriOf(Key, PercentEncoding.Query(Query)));
        if (Body is not null)
            message.Content = new RequestBody(Body.Value);

        message.Headers.ExpectContinue = false;
        foreach (var header in headers)
            AddUnaltered(message, header.Key, header.Value);

        return message;
    }

    // Header classes parse and reformat values; the text must be what was signed.
    private static void AddUnaltered(HttpRequestMessage message, string name, string value)
    {
        var isAdded = message.Headers.TryAddWithoutValidation(name, value)
            || (message.Content?.Headers.TryAddWithoutValidation(name, value) ?? false);
        if (!isAdded)
            throw new InvalidOperationException("A header cannot be sent: " + name);
    }
}

/// <summary>A request's body. It is sent with its length, never chunked, from the caller's memory; small pieces are joined in a copy first.</summary>
internal sealed class RequestBody(ReadOnlySequence<byte> bytes) : HttpContent
{
    private const int PieceSize = 64 << 10;

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

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }

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
        }
    }

    // How many bytes of small pieces come first, to be sent joined. At least 1, even if only empty pieces come first.
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

    // A system call for each small piece costs more than copying it.
    private static async Task WriteJoinedAsync(Stream stream, ReadOnlySequence<byte> pieces)
    {
        var length = (int)pieces.Length;
        var joined = ArrayPool<byte>.Shared.Rent(length);
        pieces.CopyTo(joined);
        await stream.WriteMemoryAsync(joined.AsMemory(0, length)).ConfigureAwait(false);

        // Not after a failure: the stream may still be reading it.
        ArrayPool<byte>.Shared.Return(joined);
    }
}
