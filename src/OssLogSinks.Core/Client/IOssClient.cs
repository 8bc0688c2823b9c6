using System.Buffers;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Client;

/// <summary>
/// The four requests that the appender sends. Implement it to send them with another client, the official SDK for instance.
/// </summary>
/// <remarks>
/// <para>
/// Exactly-once delivery rests on this contract. A failure that the service reports is thrown as an <see cref="OssException"/> with the
/// service's status, code and request id. Without code or request id, the answer counts as a proxy's and proves nothing. Any other exception
/// of an append means that its outcome is in doubt: it may have been applied, may be applied later, or never. But with an
/// <see cref="Credentials.OssCredentialsException"/>, nothing was sent. An implementation must not repeat an append unless the answer
/// proves that nothing was written.
/// </para>
/// <para>
/// A call should end by itself, and at once if it is cancelled. One that takes longer than
/// <see cref="OssAppenderOptions.RequestTimeout"/> and 5 seconds is cancelled and left alone: an append is then in doubt, and a result that
/// comes later is disposed. Until the call has ended, the bytes of its body are not used for anything else, so a call that never ends keeps
/// their memory.
/// </para>
/// <para>
/// Calls are made from several threads at once, and not in the context of the code that logs. They may block.
/// </para>
/// </remarks>
public interface IOssClient
{
    /// <summary>Appends bytes at a position of an appendable object, or creates the object at position 0.</summary>
    /// <exception cref="OssException">The service refused the append; its code says why.</exception>
    Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken);

    /// <summary>Reads an object's length, CRC-64, type and seal.</summary>
    /// <returns>Null if the object does not exist. A refusal with 404 NoSuchKey means the same.</returns>
    /// <exception cref="OssException">The service refused the request; its code says why.</exception>
    Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken);

    /// <summary>Reads an object, or a range of it. Dispose the result to free its connection.</summary>
    /// <exception cref="OssException">404 NoSuchKey, 416 InvalidRange, and every other refusal.</exception>
    Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Seals an appendable object of the given length for good: it takes no more appends, and lifecycle rules may move it to the cold
    /// classes. Sealing it again changes nothing. Called only with <see cref="OssAppenderOptions.SealFinishedObjects"/>. The RAM action is
    /// <c>oss:SealAppendObject</c>.
    /// </summary>
    /// <exception cref="OssException">
    /// 409 PositionNotEqualToLength when the object has another length, 400 OperationNotSupported where the account may not use the
    /// operation, and every other refusal.
    /// </exception>
    Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken);
}

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
}

/// <summary>The service's answer to an append that it applied.</summary>
/// <param name="NextPosition">The object's length after the append (<c>x-oss-next-append-position</c>).</param>
/// <param name="Crc64">CRC-64/XZ of the whole object after the append; null if the service sent none.</param>
/// <param name="ETag">The object's ETag, which changes with each append and is no MD5; null if absent.</param>
/// <param name="RequestId">The request id, which OSS support asks for; null if absent.</param>
public sealed record AppendObjectResult(long NextPosition, ulong? Crc64, string? ETag, string? RequestId);

/// <summary>One HeadObject call.</summary>
/// <param name="Key">The object's key.</param>
public sealed record HeadObjectRequest(string Key);

/// <summary>The service's answer to HeadObject.</summary>
/// <param name="Length">The object's length in bytes.</param>
/// <param name="Crc64">CRC-64/XZ of the whole object; null if the answer has none, as for very old objects.</param>
/// <param name="ObjectType">Appendable, Normal, Multipart or Symlink, as the service spells it; null if it does not say.</param>
public sealed record HeadObjectResult(long Length, ulong? Crc64, string? ObjectType)
{
    /// <summary>Whether the object was sealed (<c>x-oss-sealed-time</c>): it takes no more appends, even if its type is Appendable.</summary>
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

    /// <summary>The request id; null if absent.</summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// Whether the object is appendable and not sealed. An object without a type counts as appendable: if it is not, OSS refuses the append.
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

/// <summary>The service's answer to GetObject. Dispose it to free its connection.</summary>
public sealed class GetObjectResult : IDisposable
{
    private readonly IDisposable? _owner;

    /// <summary>Creates a result.</summary>
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
    /// The part of the object that the body holds (<c>Content-Range</c> of a 206). Null when the service answered 200 with the whole object,
    /// which OSS does for some ranges that do not fit.
    /// </summary>
    public OssByteRange? ContentRange { get; }

    /// <summary>CRC-64/XZ of the whole object, also when the body is a part; null if absent.</summary>
    public ulong? Crc64 { get; init; }

    /// <summary>How the body is encoded (<c>Content-Encoding</c>): as the object is stored, unless something on the way changed it. Null if absent.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The request id; null if absent.</summary>
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
/// <param name="RequestId">The request id; null if absent.</param>
public sealed record SealObjectResult(DateTimeOffset? SealedAt, string? RequestId);
