using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Tests.Authentication;

/// <summary>The inputs of a published signature vector as the emulator would receive them.</summary>
internal static class VectorRequest
{
    public static OssRequest Of(string method, string bucket, string key, string query, params string[] headers)
    {
        var received = new HeaderDictionary();
        foreach (var header in headers)
        {
            var colon = header.IndexOf(": ", StringComparison.Ordinal);
            received[header[..colon]] = header[(colon + 2)..];
        }

        return new OssRequest(method, bucket, key) { Query = QueryParameters.TryParse(query)!, Headers = received };
    }
}
