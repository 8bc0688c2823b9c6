using System.Buffers;

namespace OssLogSinks.Core.Client;

/// <summary>One PutObject call.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Body">The object's bytes. They must not change until the call has ended.</param>
public sealed record PutObjectRequest(string Key, ReadOnlySequence<byte> Body)
{
    /// <summary>Headers to store with the object. Default: none.</summary>
    public OssObjectProperties? Properties { get; init; }

    /// <summary>Whether an existing object is left alone, with 409 FileAlreadyExists. Default: false.</summary>
    public bool ForbidOverwrite { get; init; }
}

/// <summary>The service's answer to a PutObject.</summary>
/// <param name="ETag">The object's ETag; null if absent.</param>
/// <param name="Crc64">CRC-64/XZ of the object; null if absent.</param>
/// <param name="RequestId">The service's name for this request; null if absent.</param>
public sealed record PutObjectResult(string? ETag, ulong? Crc64, string? RequestId);

/// <summary>One ListObjectsV2 call: a page of a bucket.</summary>
public sealed record ListObjectsRequest
{
    /// <summary>Only keys that begin so. Default: all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Where the page before ended (<see cref="ListObjectsResult.NextContinuationToken"/>). Default: the first page.</summary>
    public string? ContinuationToken { get; init; }

    /// <summary>Objects per page, 1 to 1000. Default: 1000.</summary>
    public int MaxKeys { get; init; } = 1000;
}

/// <summary>A page of a bucket.</summary>
/// <param name="Objects">The objects of this page in the order of their keys' UTF-8 bytes.</param>
/// <param name="NextContinuationToken">What asks for the next page; null if this is the last.</param>
public sealed record ListObjectsResult(IReadOnlyList<OssObjectSummary> Objects, string? NextContinuationToken);

/// <summary>An object as a listing tells of it.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Length">The object's length in bytes.</param>
/// <param name="ObjectType">Appendable, Normal, Multipart or Symlink, as the service spells it; null if it does not say.</param>
/// <param name="LastModified">When the object was last written; null if the service does not say.</param>
public sealed record OssObjectSummary(string Key, long Length, string? ObjectType, DateTimeOffset? LastModified);
