using System.Globalization;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>Reading answers: headers by their exact names, numbers strictly, bodies to their end but never without bound.</summary>
internal static class AnswerReading
{
    // The largest object that OSS takes has 48.8 TB. Below this, sums of lengths do not overflow either.
    private const long LongestObject = 1L << 46;

    // A wait that is asked for is cut to this, so that no sum of times overflows.
    private const long LongestWaitSeconds = 24 * 60 * 60;

    /// <summary>
    /// A header's value, wherever .NET keeps it; null if it is absent, empty, or cannot be believed: it came several times with
    /// different values, or holds control characters.
    /// </summary>
    public static string? HeaderOf(this HttpResponseMessage response, string name) => response.TryHeaderOf(name, out var value) ? value : null;

    /// <summary>Whether the header is there at all, whatever it says.</summary>
    public static bool HasHeader(this HttpResponseMessage response, string name) => !response.TryHeaderOf(name, out var value) || value is not null;

    /// <summary>A header that is a length or position; null if it is absent, no number, or longer than any object of OSS.</summary>
    public static long? LengthOf(this HttpResponseMessage response, string name) => LengthIn(OneOf(response.HeaderOf(name)));

    /// <summary>A length or position; null if the text is no number, or longer than any object of OSS.</summary>
    public static long? LengthIn(string? text) => NumberIn(text) is { } number and <= LongestObject ? number : null;

    /// <summary>A header that is a number from zero on; null if it is absent or no such number.</summary>
    public static long? NumberOf(this HttpResponseMessage response, string name) => NumberIn(OneOf(response.HeaderOf(name)));

    /// <summary>A header that is a CRC-64, an unsigned decimal; null if it is absent or no such number.</summary>
    public static ulong? Crc64Of(this HttpResponseMessage response, string name) =>
        ulong.TryParse(OneOf(response.HeaderOf(name)), NumberStyles.None, CultureInfo.InvariantCulture, out var crc) ? crc : null;

    /// <summary>A header that is a date; null if it is absent or none.</summary>
    public static DateTimeOffset? DateOf(this HttpResponseMessage response, string name) => TimeOf(response.HeaderOf(name));

    /// <summary>The wait that <c>Retry-After</c> asks for, at most a day; null if it asks for none.</summary>
    public static TimeSpan? RetryAfterOf(this HttpResponseMessage response)
    {
        const string Name = "Retry-After";
        if (response.NumberOf(Name) is { } seconds)
            return TimeSpan.FromSeconds(Math.Min(seconds, LongestWaitSeconds));

        var wait = response.DateOf(Name) - response.DateOf("Date");
        return wait is null ? null : new TimeSpan(Math.Min(Math.Max(wait.Value.Ticks, 0), LongestWaitSeconds * TimeSpan.TicksPerSecond));
    }

    /// <summary>A time in any form that the service writes; null if the text is none.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    /// <summary>The service's name for the request, fit for a message; null if absent.</summary>
    public static string? RequestIdOf(this HttpResponseMessage response) => HeaderText.Token(response.HeaderOf("x-oss-request-id"), 128);

    /// <summary>
    /// Reads the body to its end, so that its connection can be used again. Null if it could not be read, broke off or is longer than allowed:
    /// then the head alone counts.
    /// </summary>
    public static async Task<MemoryStream?> ReadBoundedAsync(this HttpResponseMessage response, int maxLength, CancellationToken cancellationToken)
    {
        if (response.Content is null)
            return null;

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

    private static long? NumberIn(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // False if what came cannot be believed; true with null if nothing came.
    private static bool TryHeaderOf(this HttpResponseMessage response, string name, out string? value)
    {
        value = null;
        var isPresent = response.Headers.TryGetValues(name, out var values)
            || (response.Content is not null && response.Content.Headers.TryGetValues(name, out values));
        if (!isPresent || values is null)
            return true;

        foreach (var line in values)
        {
            var text = line.Trim();
            if (text.Any(char.IsControl) || (value is not null && text.Length > 0 && !string.Equals(text, value, StringComparison.Ordinal)))
            {
                value = null;
                return false;
            }

            value = text.Length == 0 ? value : text;
        }

        return true;
    }

    // A proxy may write a header that came twice into one line: the same number twice is that number, as RFC 9110 says of Content-Length.
    private static string? OneOf(string? numbers)
    {
        if (numbers is null || numbers.IndexOf(',') < 0)
            return numbers;

        var distinct = numbers.Split(',').Select(number => number.Trim()).Distinct(StringComparer.Ordinal).ToArray();
        return distinct.Length == 1 ? distinct[0] : null;
    }

    private static async Task<MemoryStream?> ReadBoundedAsync(Stream body, int maxLength, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var copy = new MemoryStream();
        int count;
        while ((count = await body.ReadMemoryAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (copy.Length + count > maxLength)
                return null;

            copy.Write(buffer, 0, count);
        }

        copy.Position = 0;
        return copy;
    }
}

/// <summary>What the heads of successful answers tell. An answer without what its operation must tell is none.</summary>
internal static class AnswerHeads
{
    private const string MetadataPrefix = "x-oss-meta-";
    private const string RequestIdHeader = "x-oss-request-id";
    private const string NextPositionHeader = "x-oss-next-append-position";
    private const string ObjectTypeHeader = "x-oss-object-type";
    private const string Crc64Header = "x-oss-hash-crc64ecma";

    /// <summary>Refuses to take an answer for one of OSS that does not name the request.</summary>
    /// <exception cref="OssException">The answer is from something else.</exception>
    public static void RequireRequestId(string operation, HttpResponseMessage response)
    {
        if (response.RequestIdOf() is null)
            throw Unusable(operation, RequestIdHeader, response);
    }

    public static AppendObjectResult ReadAppend(HttpResponseMessage response)
    {
        const string Operation = "AppendObject";
        var next = response.LengthOf(NextPositionHeader) ?? throw Unusable(Operation, Readable(NextPositionHeader), response);
        return new AppendObjectResult(next, ReadCrc64(Operation, response), response.HeaderOf("ETag"), response.RequestIdOf())
        {
            QosDelay = TimeSpan.FromMilliseconds(Math.Min(response.NumberOf("x-oss-qos-delay-time") ?? 0, int.MaxValue)),
        };
    }

    public static HeadObjectResult ReadHead(HttpResponseMessage response)
    {
        const string Operation = "HeadObject";
        var length = response.LengthOf("Content-Length") ?? throw Unusable(Operation, Readable("Content-Length"), response);
        var type = response.HeaderOf(ObjectTypeHeader) ?? throw Unusable(Operation, Readable(ObjectTypeHeader), response);
        if (response.HasHeader(NextPositionHeader) && response.LengthOf(NextPositionHeader) != length)
            throw Unusable(Operation, $"an {NextPositionHeader} that is the object's length", response);

        return new HeadObjectResult(length, ReadCrc64(Operation, response), type)
        {
            IsSealed = response.HasHeader("x-oss-sealed-time"),
            ETag = response.HeaderOf("ETag"),
            ContentType = response.HeaderOf("Content-Type"),
            ContentEncoding = response.HeaderOf("Content-Encoding"),
            LastModified = response.DateOf("Last-Modified"),
            StorageClass = response.HeaderOf("x-oss-storage-class"),
            Metadata = MetadataOf(response),
            RequestId = response.RequestIdOf(),
        };
    }

    public static SealObjectResult ReadSeal(HttpResponseMessage response) => new(response.DateOf("x-oss-sealed-time"), response.RequestIdOf());

    public static PutObjectResult ReadPut(HttpResponseMessage response) =>
        new(response.HeaderOf("ETag"), ReadCrc64("PutObject", response), response.RequestIdOf());

    /// <summary>The CRC-64 of the whole object; null if the answer has none.</summary>
    public static ulong? ReadCrc64(string operation, HttpResponseMessage response) =>
        response.HasHeader(Crc64Header)
            ? response.Crc64Of(Crc64Header) ?? throw Unusable(operation, Readable(Crc64Header), response)
            : null;

    /// <summary>The range of a 206: <c>bytes first-last/total</c>, where the total may be <c>*</c>.</summary>
    public static OssByteRange ReadContentRange(HttpResponseMessage response)
    {
        var text = response.HeaderOf("Content-Range") ?? "";
        const string Unit = "bytes ";
        var dash = text.IndexOf('-');
        var slash = text.IndexOf('/');
        if (text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) && dash > Unit.Length && slash > dash
            && TryParse(text[Unit.Length..dash], out var first)
            && TryParse(text[(dash + 1)..slash], out var last)
            && last >= first && last < long.MaxValue
            && IsTotalBehind(last, text[(slash + 1)..])
            && IsLength(response, last - first + 1))
        {
            return new OssByteRange(first, last - first + 1);
        }

        throw Unusable("GetObject", "a readable Content-Range that fits the Content-Length", response);
    }

    /// <summary>The exception for an answer that reports success and cannot be from OSS, or not whole.</summary>
    public static OssException Unusable(string operation, string missing, HttpResponseMessage response) =>
        new($"{operation} was answered with status {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}{By(response)} but without {missing}: this does not look like OSS. What the request did is unknown.")
        {
            Kind = OssFailureKind.NotOss,
            RequestId = response.RequestIdOf(),
        };

    private static string By(HttpResponseMessage response) =>
        response.RequestMessage?.RequestUri is { } uri ? $" by {uri.Host}:{uri.Port.ToString(CultureInfo.InvariantCulture)}," : "";

    private static string Readable(string header) => "a readable " + header;

    private static bool IsTotalBehind(long last, string total) => total == "*" || (TryParse(total, out var length) && length > last);

    // Without a Content-Length the body is counted as it comes.
    private static bool IsLength(HttpResponseMessage response, long length) =>
        !response.HasHeader("Content-Length") || response.LengthOf("Content-Length") == length;

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static Dictionary<string, string> MetadataOf(HttpResponseMessage response)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in response.Headers)
        {
            var value = string.Join(",", header.Value);
            if (header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) && !value.Any(char.IsControl))
                metadata[header.Key[MetadataPrefix.Length..].ToLowerInvariant()] = value;
        }

        return metadata;
    }
}
