namespace OssLogSinks.Core.Client;

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
