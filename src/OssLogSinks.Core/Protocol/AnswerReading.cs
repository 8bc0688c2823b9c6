using System.Globalization;

namespace OssLogSinks.Core.Protocol;

/// <summary>Reading answers: headers by their exact names, numbers strictly, bodies to their end but never without bound.</summary>
internal static class AnswerReading
{
    /// <summary>A header's value, wherever .NET keeps it; null if absent or empty.</summary>
    public static string? HeaderOf(this HttpResponseMessage response, string name)
    {
        var isPresent = response.Headers.TryGetValues(name, out var values)
            || (response.Content is not null && response.Content.Headers.TryGetValues(name, out values));
        var value = isPresent ? values?.FirstOrDefault()?.Trim() : null;
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>A header that is a length or position; null if absent or no such number.</summary>
    public static long? NumberOf(this HttpResponseMessage response, string name) =>
        long.TryParse(response.HeaderOf(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The whole object's CRC-64, an unsigned decimal; null if absent.</summary>
    public static ulong? Crc64Of(this HttpResponseMessage response) =>
        ulong.TryParse(response.HeaderOf("x-oss-hash-crc64ecma"), NumberStyles.None, CultureInfo.InvariantCulture, out var crc) ? crc : null;

    /// <summary>The service's name for the request, fit for a message; null if absent.</summary>
    public static string? RequestIdOf(this HttpResponseMessage response) => HeaderText.Token(response.HeaderOf("x-oss-request-id"), 128);

    /// <summary>
    /// Reads the body to its end, so that its connection can be used again. Null if it could not be read, broke off or is longer than allowed:
    /// then the head alone counts.
    /// </summary>
    public static async Task<MemoryStream?> ReadBoundedAsync(this HttpResponseMessage response, int maxLength, CancellationToken cancellationToken)
    {
        if (response.Content is null)
        {
            return null;
        }

        try
        {
            using var body = await response.Content.OpenAsync(cancellationToken).ConfigureAwait(false);
            return await ReadBoundedAsync(body, maxLength, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<MemoryStream?> ReadBoundedAsync(Stream body, int maxLength, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var copy = new MemoryStream();
        int count;
        while ((count = await body.ReadMemoryAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (copy.Length + count > maxLength)
            {
                return null;
            }

            copy.Write(buffer, 0, count);
        }

        copy.Position = 0;
        return copy;
    }
}
