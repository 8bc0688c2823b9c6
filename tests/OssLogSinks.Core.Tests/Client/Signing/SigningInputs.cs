using System.Globalization;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Core.Tests.Client.Signing;

/// <summary>Inputs of the published test vectors.</summary>
internal static class SigningInputs
{
    public static SigningInput Of(string method, string bucket, string? key, string query, params string[] headers)
    {
        var table = SigningInput.NewHeaders();
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            table.Add(header[..colon].ToLowerInvariant(), header[(colon + 1)..].Trim());
        }

        var parameters = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .Select(parts => new KeyValuePair<string, string>(parts[0], parts.Length == 1 ? "" : Uri.UnescapeDataString(parts[1])))
            .ToArray();
        return new SigningInput(method, bucket, key, parameters, table);
    }

    public static DateTimeOffset Time(string stamp) =>
        DateTimeOffset.ParseExact(stamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static string Lines(params string[] lines) => string.Join('\n', lines);
}
