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
