using System.Text;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>The key that signature V4 derives from a secret for one day, region and product. Immutable, so that it can be cached and shared.</summary>
internal sealed class SigningKey
{
    private readonly string _secret;
    private readonly string _scope;
    private readonly byte[] _key;

    private SigningKey(string secret, string scope, byte[] key)
    {
        _secret = secret;
        _scope = scope;
        _key = key;
    }

    /// <summary>Derives the key: four HMACs in a chain, each keyed by the one before.</summary>
    /// <param name="secret">The access key's secret.</param>
    /// <param name="scope"><c>yyyyMMdd/region/product/aliyun_v4_request</c>.</param>
    public static SigningKey Derive(string secret, string scope)
    {
        var key = Encoding.UTF8.GetBytes("aliyun_v4" + secret);
        foreach (var part in scope.Split('/'))
        {
            key = Digest.HmacSha256(key, part);
        }

        return new SigningKey(secret, scope, key);
    }

    /// <summary>Whether this is the key for that secret and scope.</summary>
    public bool Fits(string secret, string scope) =>
        string.Equals(_scope, scope, StringComparison.Ordinal) && string.Equals(_secret, secret, StringComparison.Ordinal);

    /// <summary>Signs a text; lower-case hex.</summary>
    public string Sign(string text) => Digest.ToHex(Digest.HmacSha256(_key, text));
}
