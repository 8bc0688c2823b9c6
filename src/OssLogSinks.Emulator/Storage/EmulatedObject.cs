namespace OssLogSinks.Emulator.Storage;

/// <summary>A snapshot of an object.</summary>
/// <param name="Key">The object key.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Type"><c>Appendable</c> or <c>Normal</c>.</param>
/// <param name="Crc64">CRC-64/XZ of the whole object.</param>
public sealed record EmulatedObject(string Key, long Length, string Type, ulong Crc64)
{
    /// <summary>Number of appends so far, including the creating one.</summary>
    public int NumberOfAppends { get; init; }

    /// <summary>True after a seal.</summary>
    public bool IsSealed { get; init; }

    /// <summary>The ETag, quoted.</summary>
    public string ETag { get; init; } = "";

    /// <summary>The content type set by the creating request.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The storage class; <c>Standard</c> by default.</summary>
    public string StorageClass { get; init; } = "";

    /// <summary>The ACL; <c>default</c> by default.</summary>
    public string Acl { get; init; } = "";

    /// <summary>User metadata: names in lower case, without the prefix <c>x-oss-meta-</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Stored headers such as Cache-Control and Content-Encoding, and those of server-side encryption; names are case-insensitive.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The object's tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The time of the last append or upload, by the emulator's clock.</summary>
    public DateTimeOffset LastModified { get; init; }

    internal static EmulatedObject Of(string key, ObjectState state)
    {
        var attributes = state.Attributes;
        return new EmulatedObject(key, state.Length, state.Type, state.Crc64)
        {
            NumberOfAppends = state.Appends,
            IsSealed = state.SealedAt is not null,
            ETag = state.ETag,
            ContentType = attributes.ContentType,
            StorageClass = attributes.StorageClass,
            Acl = attributes.Acl,
            Metadata = new Dictionary<string, string>(attributes.Metadata),
            Headers = new Dictionary<string, string>(attributes.Headers.Concat(attributes.Encryption), StringComparer.OrdinalIgnoreCase),
            Tags = new Dictionary<string, string>(attributes.Tags),
            LastModified = state.LastModified,
        };
    }
}
