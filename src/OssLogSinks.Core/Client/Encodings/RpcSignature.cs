using System.Text;

namespace OssLogSinks.Core.Client.Encodings;

/// <summary>The signature of requests to STS: the RPC style of Alibaba Cloud's older services, HMAC-SHA1.</summary>
internal static class RpcSignature
{
    /// <summary>Signs all parameters of a request, those of the query and those of the form.</summary>
    public static string Of(string method, IEnumerable<KeyValuePair<string, string>> parameters, string secret) =>
        Hmac(StringToSign(method, parameters), secret + "&");

    /// <summary>The text that is signed: the parameters, encoded and sorted by name, and encoded once more.</summary>
    public static string StringToSign(string method, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var sorted = parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
            .Select(parameter => PercentEncoding.QueryPart(parameter.Key) + "=" + PercentEncoding.QueryPart(parameter.Value));
        return method + "&%2F&" + PercentEncoding.QueryPart(string.Join("&", sorted));
    }

    /// <summary>The bare digest, in base64.</summary>
    public static string Hmac(string text, string key) => Convert.ToBase64String(Digest.HmacSha1(Encoding.UTF8.GetBytes(key), text));
}
