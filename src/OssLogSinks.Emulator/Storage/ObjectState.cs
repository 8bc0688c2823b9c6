using System.Globalization;

namespace OssLogSinks.Emulator.Storage;

/// <summary>One moment of an object: everything that HEAD tells, taken under the lock of its slot.</summary>
internal sealed record ObjectState(string Type, ObjectAttributes Attributes)
{
    public const string Appendable = nameof(Appendable);
    public const string Normal = nameof(Normal);

    public long Length { get; init; }

    public ulong Crc64 { get; init; }

    public int Appends { get; init; }

    public DateTimeOffset LastModified { get; init; }

    public DateTimeOffset? SealedAt { get; init; }

    /// <summary>Set for Normal objects only: an appendable one has no MD5.</summary>
    public byte[]? Md5 { get; init; }

    public bool IsAppendable => Type == Appendable;

    /// <summary>Quoted. An appendable object's changes with its content and is no MD5.</summary>
    public string ETag => Md5 is null
        ? string.Create(CultureInfo.InvariantCulture, $"\"{Crc64:X16}{Length:X16}\"")
        : $"\"{Convert.ToHexString(Md5)}\"";
}

/// <summary>What the creating request said about an object; later appends never change it.</summary>
internal sealed record ObjectAttributes
{
    public static ObjectAttributes Plain { get; } = new();

    public string ContentType { get; init; } = "application/octet-stream";

    public string StorageClass { get; init; } = "Standard";

    public string Acl { get; init; } = "default";

    /// <summary>Cache-Control, Content-Disposition, Content-Encoding, Content-Language and Expires as sent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>User metadata: names in lower case, without the <c>x-oss-meta-</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The server-side encryption headers, sent back with each answer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Encryption { get; init; } = [];
}
