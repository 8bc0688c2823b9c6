namespace OssLogSinks.Core.Client;

/// <summary>
/// Headers that an object is created with. They count on the creating append only and cannot be changed by a later one
/// (documentation of AppendObject).
/// </summary>
public sealed record OssObjectProperties
{
    /// <summary>MIME type. Default: <c>text/plain; charset=utf-8</c>.</summary>
    public string? ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>Content-Encoding, <c>gzip</c> for instance. Default: none.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>Content-Disposition: what a browser does with the object. Default: none.</summary>
    public string? ContentDisposition { get; init; }

    /// <summary>Cache-Control. Default: none.</summary>
    public string? CacheControl { get; init; }

    /// <summary>Expires, for caches; it deletes nothing. Default: none.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>User metadata: names of letters, digits and hyphens, stored in lower case; at most 8 KB in all. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Who may read the object. Default: the bucket decides.</summary>
    public OssAcl Acl { get; init; }

    /// <summary>Storage class. Default: the bucket decides.</summary>
    public OssStorageClass StorageClass { get; init; }

    /// <summary>Encryption at rest. Default: the bucket decides.</summary>
    public OssServerSideEncryption ServerSideEncryption { get; init; }

    /// <summary>Tags, at most 10; needs the RAM action oss:PutObjectTagging. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>Access control of one object (<c>x-oss-object-acl</c>).</summary>
public enum OssAcl
{
    /// <summary>Not sent: the bucket decides.</summary>
    Unspecified,

    /// <summary>Only the owner and whom policies allow.</summary>
    Private,

    /// <summary>Everybody reads.</summary>
    PublicRead,

    /// <summary>Everybody reads and writes.</summary>
    PublicReadWrite,
}

/// <summary>Storage classes that an appendable object can have (<c>x-oss-storage-class</c>).</summary>
public enum OssStorageClass
{
    /// <summary>Not sent: the bucket decides.</summary>
    Unspecified,

    /// <summary>Standard.</summary>
    Standard,

    /// <summary>Infrequent access; at least 64 KB and 30 days are billed.</summary>
    InfrequentAccess,

    /// <summary>Archive; whether it takes later appends without a restore is not documented.</summary>
    Archive,
}

/// <summary>Encryption at rest (<c>x-oss-server-side-encryption</c>).</summary>
public enum OssServerSideEncryption
{
    /// <summary>Not sent: the bucket decides.</summary>
    Unspecified,

    /// <summary>Keys that OSS manages.</summary>
    Aes256,

    /// <summary>Keys that KMS manages; appendable objects cannot name a key of their own.</summary>
    Kms,

    /// <summary>SM4 with keys that OSS manages.</summary>
    Sm4,
}
