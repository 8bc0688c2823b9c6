using System.Globalization;

namespace OssLogSinks.Emulator.Storage;

/// <summary>An immutable snapshot of an object: everything that HEAD returns, taken under the slot's lock.</summary>
internal sealed record ObjectState(string Type, ObjectAttributes Attributes)
{
    public const string Appendable = nameof(Appendable);
    public const string Normal = nameof(Normal);

    public long Length { get; init; }

    public ulong Crc64 { get; init; }

    public int Appends { get; init; }

    public DateTimeOffset LastModified { get; init; }

    public DateTimeOffset? SealedAt { get; init; }

    /// <summary>Only for uploaded objects; one made by appends has no MD5, also after it was converted to a Normal one.</summary>
    public byte[]? Md5 { get; init; }

    public bool IsAppendable => Type == Appendable;

    /// <summary>The quoted ETag. That of an object made by appends changes with its content and is not an MD5.</summary>
    public string ETag => Md5 is null
        ? string.Create(CultureInfo.InvariantCulture, $"\"{Crc64:X16}{Length:X16}\"")
        : $"\"{Convert.ToHexString(Md5)}\"";
}

/// <summary>The attributes set by the creating request; later appends never change them.</summary>
internal sealed record ObjectAttributes
{
    public static ObjectAttributes Plain { get; } = new();

    public string ContentType { get; init; } = "application/octet-stream";

    public string StorageClass { get; init; } = "Standard";

    public string Acl { get; init; } = "default";

    /// <summary>Cache-Control, Content-Disposition, Content-Encoding, Content-Language and Expires as sent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>User metadata: names in lower case, without the prefix <c>x-oss-meta-</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The server-side encryption headers, returned with each answer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Encryption { get; init; } = [];
}
