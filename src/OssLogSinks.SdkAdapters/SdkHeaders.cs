using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.SdkAdapters;

/// <summary>Values of headers in the service's spelling, for both SDKs.</summary>
internal static class SdkHeaders
{
    public static string? NameOf(OssAcl acl) => acl switch
    {
        OssAcl.Private => "private",
        OssAcl.PublicRead => "public-read",
        OssAcl.PublicReadWrite => "public-read-write",
        _ => null,
    };

    public static string? NameOf(OssStorageClass storageClass) => storageClass switch
    {
        OssStorageClass.Standard => "Standard",
        OssStorageClass.InfrequentAccess => "IA",
        OssStorageClass.Archive => "Archive",
        _ => null,
    };

    public static string? NameOf(OssServerSideEncryption encryption) => encryption switch
    {
        OssServerSideEncryption.Aes256 => "AES256",
        OssServerSideEncryption.Kms => "KMS",
        OssServerSideEncryption.Sm4 => "SM4",
        _ => null,
    };

    /// <summary>The tags as a query, encoded; null for none.</summary>
    public static string? TaggingOf(OssObjectProperties properties) => properties.Tags.Count == 0
        ? null
        : string.Join("&", properties.Tags.Select(tag => Uri.EscapeDataString(tag.Key) + "=" + Uri.EscapeDataString(tag.Value ?? "")));

    /// <summary>
    /// The content type as .NET writes it, never empty. Both SDKs sign the text that they are given and send it as .NET writes it, so another
    /// spelling is refused with SignatureDoesNotMatch.
    /// </summary>
    public static string ContentTypeOf(OssObjectProperties properties) =>
        string.IsNullOrEmpty(properties.ContentType) ? "application/octet-stream"
        : MediaTypeHeaderValue.TryParse(properties.ContentType, out var parsed) ? parsed.ToString()
        : properties.ContentType;

    public static string? ExpiresOf(OssObjectProperties properties) => properties.Expires?.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);

    /// <summary>User metadata with names in lower case.</summary>
    public static Dictionary<string, string> Metadata(IEnumerable<KeyValuePair<string, string>>? metadata) =>
        (metadata ?? []).ToDictionary(entry => entry.Key.ToLowerInvariant(), entry => entry.Value);

    /// <summary>The MD5 of a body in base64, as Content-MD5 has it.</summary>
    public static string Md5Of(ReadOnlySequence<byte> bytes)
    {
        // Content-MD5 is what the service checks.
#pragma warning disable CA5351
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        foreach (var piece in bytes)
            hash.AppendData(piece.Span);

        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    /// <summary>A CRC-64; null if the text is none.</summary>
    public static ulong? Crc64Of(string? text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var crc) ? crc : null;

    /// <summary>The range of "bytes first-last/total"; null without one.</summary>
    /// <exception cref="OssException">The text is no range.</exception>
    public static OssByteRange? RangeOf(string? contentRange)
    {
        if (string.IsNullOrEmpty(contentRange))
            return null;

        var bounds = contentRange.Replace("bytes", "", StringComparison.OrdinalIgnoreCase).Trim().Split('-', '/');
        if (bounds is [var first, var last, ..]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to) && to >= from)
        {
            return new OssByteRange(from, to - from + 1);
        }

        throw new OssException("GetObject was answered without a readable Content-Range.");
    }

    /// <summary>A time in UTC; null if the text is none.</summary>
    public static DateTimeOffset? TimeOf(string? text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>The text, or null if it is empty.</summary>
    public static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
