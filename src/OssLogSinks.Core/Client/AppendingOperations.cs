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

/// <summary>One HeadObject call.</summary>
/// <param name="Key">The object's key.</param>
public sealed record HeadObjectRequest(string Key);

/// <summary>What HeadObject tells of an object.</summary>
/// <param name="Length">The object's length in bytes.</param>
/// <param name="Crc64">CRC-64/XZ of the whole object; null for very old objects, which have none.</param>
/// <param name="ObjectType">Appendable, Normal, Multipart or Symlink, as the service spells it; null if it does not say.</param>
public sealed record HeadObjectResult(long Length, ulong? Crc64, string? ObjectType)
{
    /// <summary>Whether the object was sealed (<c>x-oss-sealed-time</c>): it takes no more appends, whatever its type.</summary>
    public bool IsSealed { get; init; }

    /// <summary>The object's ETag; null if absent.</summary>
    public string? ETag { get; init; }

    /// <summary>The object's content type; null if absent.</summary>
    public string? ContentType { get; init; }

    /// <summary>How the object is stored (<c>Content-Encoding</c>); null if absent.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>When the object was last written; null if absent.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>The object's storage class as the service spells it; null if absent.</summary>
    public string? StorageClass { get; init; }

    /// <summary>User metadata without the <c>x-oss-meta-</c> prefix, names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The service's name for this request; null if absent.</summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// Whether the object is of the kind that takes appends and has not been sealed. An object without a type is taken for
    /// one that does: if it is not, the append is refused and says so.
    /// </summary>
    public bool TakesAppends => !IsSealed && string.Equals(ObjectType ?? "Appendable", "Appendable", StringComparison.OrdinalIgnoreCase);
}

/// <summary>One GetObject call.</summary>
/// <param name="Key">The object's key.</param>
public sealed record GetObjectRequest(string Key)
{
    /// <summary>The bytes wanted; null for the whole object. A range is asked for with <c>x-oss-range-behavior: standard</c>.</summary>
    public OssByteRange? Range { get; init; }
}

/// <summary>A range of bytes of an object.</summary>
/// <param name="Start">The first byte's offset.</param>
/// <param name="Length">How many bytes; at least 1.</param>
public readonly record struct OssByteRange(long Start, long Length);

/// <summary>A GetObject answer whose body has yet to be read. Dispose it to free its connection.</summary>
public sealed class GetObjectResult : IDisposable
{
    private readonly IDisposable? _owner;

    /// <summary>Wraps an answer.</summary>
    /// <param name="content">The body.</param>
    /// <param name="contentRange">The part that the body holds as the service stated it; null when it holds the whole object (status 200).</param>
    /// <param name="owner">Disposed together with the result; null if there is nothing more to free.</param>
    public GetObjectResult(Stream content, OssByteRange? contentRange, IDisposable? owner = null)
    {
        Content = content;
        ContentRange = contentRange;
        _owner = owner;
    }

    /// <summary>The body.</summary>
    public Stream Content { get; }

    /// <summary>
    /// The part of the object that the body holds (<c>Content-Range</c> of a 206); null when the service answered 200
    /// with the whole object, which OSS does for some ranges that do not fit: such a body is never the part asked for.
    /// </summary>
    public OssByteRange? ContentRange { get; }

    /// <summary>CRC-64/XZ of the whole object, also when the body is a part; null if absent.</summary>
    public ulong? Crc64 { get; init; }

    /// <summary>How the body is encoded (<c>Content-Encoding</c>): as the object is stored, unless something on the way changed it. Null if absent.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The service's name for this request; null if absent.</summary>
    public string? RequestId { get; init; }

    /// <summary>Frees the body and its connection.</summary>
    public void Dispose()
    {
        Content.Dispose();
        _owner?.Dispose();
    }
}

/// <summary>The service's answer to a seal: the object takes no more appends.</summary>
/// <param name="SealedAt">When the object was first sealed (<c>x-oss-sealed-time</c>); null if the service does not say.</param>
/// <param name="RequestId">The service's name for this request; null if absent.</param>
public sealed record SealObjectResult(DateTimeOffset? SealedAt, string? RequestId);
