using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>Signs requests. Used by several threads at once.</summary>
internal interface IOssSigner
{
    /// <summary>Adds the headers for the date, the token and the signature. Signed headers must not change afterwards.</summary>
    void Sign(SigningInput input, OssCredentials credentials, DateTimeOffset time);
}

/// <summary>
/// The signed parts of a request. The signer adds its headers to <paramref name="Headers"/>; exactly these headers are sent.
/// </summary>
/// <param name="Method">HTTP method in upper case.</param>
/// <param name="Bucket">The bucket, which is signed in every addressing style.</param>
/// <param name="Key">The object's key; null for an operation on the bucket.</param>
/// <param name="Query">Query parameters, decoded; an empty value is sent without <c>=</c>.</param>
/// <param name="Headers">Headers by lower-case name.</param>
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

/// <summary>How requests are signed.</summary>
public enum OssSignatureVersion
{
    /// <summary>OSS4-HMAC-SHA256. Needs the bucket's region. The default.</summary>
    V4,

    /// <summary>
    /// HMAC-SHA1, for old buckets and gateways only: accounts opened since March 2025 and buckets created since September 2025 cannot use it.
    /// </summary>
    V1,
}
