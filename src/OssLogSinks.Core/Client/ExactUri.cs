using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Client;

/// <summary>Makes URLs whose text goes over the wire unaltered; the one place that knows what the platform's <see cref="Uri"/> can do.</summary>
internal static class ExactUri
{
    /// <summary>
    /// Wraps a URL that is encoded already. <see cref="Uri"/> by itself removes dot segments, and marks of the direction of reading on .NET Framework and Mono, and what was signed would not be
    /// what is sent.
    /// </summary>
    /// <exception cref="ArgumentException">The platform cannot send the key unaltered.</exception>
    public static Uri Create(string text, string? key)
    {
#if NET8_0_OR_GREATER
        _ = key;
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return Uri.TryCreate(text, in options, out var uri) ? uri : throw new ArgumentException("The URL cannot be built.", nameof(text));
#else
        if (key is not null && ObjectKeyRules.IsChangedByUri(key))
        {
            throw new ArgumentException("The object key has a segment '.' or '..', or a mark that turns the direction of reading, which this platform cannot send unaltered.", nameof(key));
        }

        return new Uri(text, UriKind.Absolute);
#endif
    }
}
