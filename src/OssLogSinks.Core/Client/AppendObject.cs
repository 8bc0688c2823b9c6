using System.Buffers;

namespace OssLogSinks.Core.Client;

/// <summary>One AppendObject call: <c>POST /{key}?append&amp;position={N}</c>.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Position">The object's length in bytes as the caller believes it; 0 creates the object.</param>
/// <param name="Body">The bytes to append. They must not change until the call has ended.</param>
public sealed record AppendObjectRequest(string Key, long Position, ReadOnlySequence<byte> Body)
{
    /// <summary>Headers that the creating append gives to the object. Sent at position 0 only: later appends cannot change them.</summary>
    public OssObjectProperties? Properties { get; init; }

    /// <summary>Whether Content-MD5 is sent, so that the service refuses a body damaged on its way. Default: false.</summary>
    public bool SendContentMd5 { get; init; }

    /// <summary>Told how many bytes of the body have been sent, and of how many. Default: nobody.</summary>
    public IProgress<OssTransferProgress>? Progress { get; init; }
}

/// <summary>How far an upload is.</summary>
/// <param name="BytesSent">Bytes handed to the network so far.</param>
/// <param name="TotalBytes">Bytes of the whole body.</param>
public readonly record struct OssTransferProgress(long BytesSent, long TotalBytes);

/// <summary>The service's answer to an append that it applied.</summary>
/// <param name="NextPosition">The object's length after the append (<c>x-oss-next-append-position</c>).</param>
/// <param name="Crc64">CRC-64/XZ of the whole object after the append; null if the service sent none.</param>
/// <param name="ETag">The object's ETag, which changes with each append and is no MD5; null if absent.</param>
/// <param name="RequestId">The service's name for this request, which its support asks for; null if absent.</param>
public sealed record AppendObjectResult(long NextPosition, ulong? Crc64, string? ETag, string? RequestId)
{
    /// <summary>By how much the service slowed this request because of a bandwidth quota (<c>x-oss-qos-delay-time</c>); zero if it did not.</summary>
    public TimeSpan QosDelay { get; init; }
}
