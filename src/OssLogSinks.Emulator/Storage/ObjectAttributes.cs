namespace OssLogSinks.Emulator.Storage;

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
