namespace OssLogSinks.Core.Client;

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
