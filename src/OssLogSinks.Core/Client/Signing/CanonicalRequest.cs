using System.Text;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>The text of a request that signature V4 hashes: method, resource, query, signed headers, names of additional headers, payload mark.</summary>
internal sealed class CanonicalRequest
{
    /// <summary>Stands for the body: OSS takes nothing else (EC 0002-00000214).</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private CanonicalRequest(string text, string additionalHeaders)
    {
        Text = text;
        AdditionalHeaders = additionalHeaders;
    }

    /// <summary>The canonical text, lines separated by a line feed.</summary>
    public string Text { get; }

    /// <summary>Names of the additionally signed headers, sorted and joined by semicolons; empty if there are none.</summary>
    public string AdditionalHeaders { get; }

    /// <summary>Builds the canonical text.</summary>
    /// <param name="input">The request with all its headers but Authorization.</param>
    /// <param name="additional">Lower-case names to sign beyond the usual ones; absent and usual ones are passed over.</param>
    public static CanonicalRequest Of(SigningInput input, IReadOnlyCollection<string> additional)
    {
        var text = new StringBuilder(512)
            .Append(input.Method).Append('\n')
            .Append(PercentEncoding.Path(input.Resource)).Append('\n')
            .Append(PercentEncoding.Query(input.Query)).Append('\n');
        var names = new StringBuilder();
        foreach (var header in input.Headers)
        {
            var isUsual = IsSignedAlways(header.Key);
            if (!isUsual && !additional.Contains(header.Key))
            {
                continue;
            }

            text.Append(header.Key).Append(':').Append(header.Value.Trim()).Append('\n');
            if (!isUsual)
            {
                _ = names.Length == 0 ? names : names.Append(';');
                names.Append(header.Key);
            }
        }

        text.Append('\n').Append(names).Append('\n').Append(UnsignedPayload);
        return new CanonicalRequest(text.ToString(), names.ToString());
    }

    private static bool IsSignedAlways(string name) =>
        name is "content-type" or "content-md5" || name.StartsWith("x-oss-", StringComparison.Ordinal);
}
