using System.Security.Cryptography;
using System.Text;

namespace OssLogSinks.Core.Client.Encodings;

/// <summary>The hashes that signatures are made of.</summary>
internal static class Digest
{
#if NET8_0_OR_GREATER
    public static byte[] HmacSha256(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    public static byte[] HmacSha1(byte[] key, string text) => HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(text));

    public static byte[] Sha256(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
#else
    public static byte[] HmacSha256(byte[] key, string text) => Finish(IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key), text);

    public static byte[] HmacSha1(byte[] key, string text) => Finish(IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, key), text);

    public static byte[] Sha256(string text) => Finish(IncrementalHash.CreateHash(HashAlgorithmName.SHA256), text);
#endif

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

#if !NET8_0_OR_GREATER
    private static byte[] Finish(IncrementalHash hash, string text)
    {
        using (hash)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            return hash.GetHashAndReset();
        }
    }
#endif
}
