using System.Security.Cryptography;
using System.Text;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>Signs requests. Used by several threads at once.</summary>
internal interface IOssSigner
{
    /// <summary>Adds date, token and Authorization. Signed headers must not change afterwards.</summary>
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

    /// <summary>HMAC-SHA1, for old buckets and gateways only: accounts since March 2025 and buckets since September 2025 cannot use it.</summary>
    V1,
}

/// <summary>The hashes of the two signatures.</summary>
internal static class Digest
{
    public static byte[] HmacSha256(byte[] key, string text) => Finish(IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key), text);

    public static byte[] HmacSha1(byte[] key, string text) => Finish(IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, key), text);

    public static byte[] Sha256(string text) => Finish(IncrementalHash.CreateHash(HashAlgorithmName.SHA256), text);

    /// <summary>Lower-case hex, as V4 writes its hashes.</summary>
    public static string ToHex(byte[] bytes)
    {
        const string Hex = "0123456789abcdef";
        var text = new char[bytes.Length * 2];
        for (var i = 0; i < bytes.Length; i++)
        {
            text[2 * i] = Hex[bytes[i] >> 4];
            text[(2 * i) + 1] = Hex[bytes[i] & 15];
        }

        return new string(text);
    }

    private static byte[] Finish(IncrementalHash hash, string text)
    {
        using (hash)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            return hash.GetHashAndReset();
        }
    }
}
