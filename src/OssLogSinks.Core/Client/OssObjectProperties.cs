using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Headers that an object is created with. Only the append that creates the object sends them; later appends cannot change them
/// (documentation of AppendObject).
/// </summary>
public sealed record OssObjectProperties
{
    /// <summary>The MIME type in the header Content-Type. Default: <c>text/plain; charset=utf-8</c>.</summary>
    public string? ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>The header Content-Encoding, <c>gzip</c> for instance. Default: none.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>
    /// The header Content-Disposition, which tells a browser whether to show the object (<c>inline</c>) or to save it (<c>attachment</c>).
    /// Default: none.
    /// </summary>
    public string? ContentDisposition { get; init; }

    /// <summary>The header Cache-Control, for caches and browsers. Default: none.</summary>
    public string? CacheControl { get; init; }

    /// <summary>The header Expires, for caches and browsers. The object is not deleted at that time. Default: none.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>
    /// User metadata of the object. Names have letters, digits and hyphens, and are stored in lower case; at most 8 KB in all. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The access control list of the object: who may read and write it. Default: the bucket decides.</summary>
    public OssAcl Acl { get; init; }

    /// <summary>
    /// The storage class of the object. Do not use Archive for live logs: OSS does not document whether such an object takes a second append.
    /// Default: the bucket decides.
    /// </summary>
    public OssStorageClass StorageClass { get; init; }

    /// <summary>How OSS encrypts the object at rest. Default: the bucket decides.</summary>
    public OssServerSideEncryption ServerSideEncryption { get; init; }

    /// <summary>Tags of the object, at most 10; they need the RAM action oss:PutObjectTagging. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>Access control of one object (<c>x-oss-object-acl</c>).</summary>
public enum OssAcl
{
    /// <summary>Not sent: the bucket decides.</summary>
    Unspecified,

    /// <summary>Only the owner, and those whom policies allow.</summary>
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

/// <summary>Writes object properties as headers, and checks them.</summary>
internal static class ObjectPropertyHeaders
{
    private const string MetadataPrefix = "x-oss-meta-";
    private const int MaxMetadataBytes = 8 * 1024;
    private const int MaxTags = 10;

    /// <summary>Adds the headers of the properties that are set.</summary>
    /// <exception cref="ArgumentException">A property cannot be sent; the message names each.</exception>
    public static void Add(OssObjectProperties? properties, SortedDictionary<string, string> headers)
    {
        if (properties is null)
            return;

        var faults = new List<string>();
        Check(properties, faults);
        if (faults.Count > 0)
            throw new ArgumentException(string.Join(" ", faults), nameof(properties));

        foreach (var (_, header, value) in StandardHeaders(properties))
        {
            if (!string.IsNullOrEmpty(value))
                headers[header] = value!;
        }

        foreach (var entry in properties.Metadata)
            headers[MetadataPrefix + entry.Key.ToLowerInvariant()] = entry.Value;
    }

    /// <summary>Adds one sentence for each fault, which begins with the property's name.</summary>
    public static void Check(OssObjectProperties properties, ICollection<string> faults)
    {
        foreach (var (property, _, value) in StandardHeaders(properties))
        {
            if (value is not null && !IsSendable(value))
                faults.Add($"{property}: is {SettingFault.Shown(value)}, but must be printable ASCII without spaces at its ends.");
        }

        CheckMetadata(properties.Metadata, faults);
        CheckTags(properties.Tags, faults);
    }

    /// <summary>Whether a header's value is sent unaltered: printable ASCII without blanks at its ends.</summary>
    public static bool IsSendable(string value) => value.All(c => c is >= ' ' and <= '~') && value.Trim().Length == value.Length;

    private static IEnumerable<(string Property, string Header, string? Value)> StandardHeaders(OssObjectProperties properties) =>
    [
        (nameof(properties.ContentType), "content-type", properties.ContentType),
        (nameof(properties.ContentEncoding), "content-encoding", properties.ContentEncoding),
        (nameof(properties.ContentDisposition), "content-disposition", properties.ContentDisposition),
        (nameof(properties.CacheControl), "cache-control", properties.CacheControl),
        (nameof(properties.Expires), "expires", properties.Expires?.UtcDateTime.ToString("r", CultureInfo.InvariantCulture)),
        (nameof(properties.Acl), "x-oss-object-acl", NameOf(properties.Acl)),
        (nameof(properties.StorageClass), "x-oss-storage-class", NameOf(properties.StorageClass)),
        (nameof(properties.ServerSideEncryption), "x-oss-server-side-encryption", NameOf(properties.ServerSideEncryption)),
        (nameof(properties.Tags), "x-oss-tagging", TaggingOf(properties.Tags)),
    ];

    private static string TaggingOf(IReadOnlyDictionary<string, string> tags) =>
        string.Join("&", tags.Select(tag => PercentEncoding.QueryPart(tag.Key) + "=" + PercentEncoding.QueryPart(tag.Value ?? "")));

    private static string? NameOf(OssAcl acl) => acl switch
    {
        OssAcl.Private => "private",
        OssAcl.PublicRead => "public-read",
        OssAcl.PublicReadWrite => "public-read-write",
        _ => null,
    };

    private static string? NameOf(OssStorageClass storageClass) => storageClass switch
    {
        OssStorageClass.Standard => "Standard",
        OssStorageClass.InfrequentAccess => "IA",
        OssStorageClass.Archive => "Archive",
        _ => null,
    };

    private static string? NameOf(OssServerSideEncryption encryption) => encryption switch
    {
        OssServerSideEncryption.Aes256 => "AES256",
        OssServerSideEncryption.Kms => "KMS",
        OssServerSideEncryption.Sm4 => "SM4",
        _ => null,
    };

    private static void CheckMetadata(IReadOnlyDictionary<string, string> metadata, ICollection<string> faults)
    {
        static bool IsName(string name) =>
            name.Length > 0 && name.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-');

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var size = 0;
        foreach (var entry in metadata)
        {
            size += MetadataPrefix.Length + entry.Key.Length + (entry.Value ?? "").Length;
            if (!IsName(entry.Key))
                faults.Add($"Metadata: the name {SettingFault.Shown(entry.Key)} must have letters, digits and hyphens only.");
            else if (!names.Add(entry.Key))
                faults.Add($"Metadata: the name {SettingFault.Shown(entry.Key)} is given twice; leave one out, as OSS stores names in lower case.");

            if (entry.Value is null || !IsSendable(entry.Value))
                faults.Add($"Metadata: the value {SettingFault.Shown(entry.Value)} of {SettingFault.Shown(entry.Key)} must be printable ASCII without spaces at its ends; encode it otherwise.");
        }

        if (size > MaxMetadataBytes)
            faults.Add($"Metadata: has {size} bytes in all; at most {MaxMetadataBytes} are allowed; leave some out.");
    }

    private static void CheckTags(IReadOnlyDictionary<string, string> tags, ICollection<string> faults)
    {
        if (tags.Count > MaxTags)
            faults.Add($"Tags: has {tags.Count} tags; at most {MaxTags} are allowed; leave some out.");

        foreach (var tag in tags)
        {
            if (Encoding.UTF8.GetByteCount(tag.Key) is 0 or > 128 || Encoding.UTF8.GetByteCount(tag.Value ?? "") > 256)
                faults.Add($"Tags: {SettingFault.Shown(tag.Key)} must have a name of 1 to 128 bytes and a value of at most 256.");
        }
    }
}
