using System.Security.Cryptography;
using System.Text;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>The hashes of the protocol; the one place that knows which form of them the platform has.</summary>
internal static class Digest
{
    public static byte[] HmacSha256(byte[] key, string text)
    {
#if NET8_0_OR_GREATER
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
#else
        using var hmac = new HMACSHA256(key);
        return hmac.ComputeHash(Encoding.UTF8.GetBytes(text));
#endif
    }

    public static byte[] HmacSha1(byte[] key, string text)
    {
#if NET8_0_OR_GREATER
        return HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(text));
#else
        using var hmac = new HMACSHA1(key);
        return hmac.ComputeHash(Encoding.UTF8.GetBytes(text));
#endif
    }

    public static byte[] Sha256(string text)
    {
#if NET8_0_OR_GREATER
        return SHA256.HashData(Encoding.UTF8.GetBytes(text));
#else
        using var sha = SHA256.Create();
        return sha.ComputeHash(Encoding.UTF8.GetBytes(text));
#endif
    }

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
}
