namespace OssLogSinks.Core.Client.Signing;

/// <summary>
/// What a signer looks at, and where it puts its headers. Header names are lower-case; whoever sends the request
/// sends exactly these headers.
/// </summary>
/// <param name="Method">HTTP method in upper case.</param>
/// <param name="Bucket">The bucket, which is signed in every addressing style.</param>
/// <param name="Key">The object's key; null for an operation on the bucket.</param>
/// <param name="Query">Query parameters, decoded; an empty value is sent without <c>=</c>.</param>
/// <param name="Headers">Headers so far, by lower-case name.</param>
internal sealed record SigningInput(
    string Method,
    string Bucket,
    string? Key,
    IReadOnlyList<KeyValuePair<string, string>> Query,
    SortedDictionary<string, string> Headers)
{
    /// <summary>The signed resource: <c>/bucket/key</c>, or <c>/bucket/</c> for an operation on the bucket.</summary>
    public string Resource => "/" + Bucket + "/" + Key;

    /// <summary>An empty table of headers in the order in which they are signed.</summary>
    public static SortedDictionary<string, string> NewHeaders() => new(StringComparer.Ordinal);
}
