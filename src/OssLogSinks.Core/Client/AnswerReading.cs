using System.Buffers;
using System.Globalization;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>Reads single headers, strictly, and short bodies, up to a limit.</summary>
internal static class AnswerReading
{
    // The largest object of OSS has 48.8 TB. Sums of lengths up to this limit do not overflow.
    private const long LongestObject = 1L << 46;

    // A longer Retry-After is cut to this, so that no sum of times overflows.
    private const long LongestWaitSeconds = 24 * 60 * 60;

    /// <summary>
    /// A header's value, also of a content header. Null if it is absent, empty, has control characters, or came several times with
    /// different values.
    /// </summary>
    public static string? HeaderOf(this HttpResponseMessage response, string name) => response.TryHeaderOf(name, out var value) ? value : null;

    /// <summary>Whether the header is present, also with a value that <see cref="HeaderOf"/> rejects.</summary>
    public static bool HasHeader(this HttpResponseMessage response, string name) => !response.TryHeaderOf(name, out var value) || value is not null;

    /// <summary>A header that is a length or position; null if it is absent, not a number, or too large for an object.</summary>
    public static long? LengthOf(this HttpResponseMessage response, string name) => LengthIn(OneOf(response.HeaderOf(name)));

    /// <summary>A length or position; null if the text is not a number, or too large for an object.</summary>
    public static long? LengthIn(string? text) => NumberIn(text) is { } number and <= LongestObject ? number : null;

    /// <summary>A header that is a non-negative number; null otherwise.</summary>
    public static long? NumberOf(this HttpResponseMessage response, string name) => NumberIn(OneOf(response.HeaderOf(name)));

    /// <summary>A header that is a CRC-64 (unsigned decimal); null otherwise.</summary>
    public static ulong? Crc64Of(this HttpResponseMessage response, string name) =>
        ulong.TryParse(OneOf(response.HeaderOf(name)), NumberStyles.None, CultureInfo.InvariantCulture, out var crc) ? crc : null;

    /// <summary>A header that is a date; null otherwise.</summary>
    public static DateTimeOffset? DateOf(this HttpResponseMessage response, string name) => TimeOf(response.HeaderOf(name));

    /// <summary>The wait of <c>Retry-After</c>, at most a day; null if there is none.</summary>
    public static TimeSpan? RetryAfterOf(this HttpResponseMessage response)
    {
        const string Name = "Retry-After";
        if (response.NumberOf(Name) is { } seconds)
            return TimeSpan.FromSeconds(Math.Min(seconds, LongestWaitSeconds));

        var wait = response.DateOf(Name) - response.DateOf("Date");
        return wait is null ? null : new TimeSpan(Math.Min(Math.Max(wait.Value.Ticks, 0), LongestWaitSeconds * TimeSpan.TicksPerSecond));
    }

    /// <summary>A time in any form that the service writes; null if the text is not a time.</summary>
    public static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    /// <summary>The request id; null if it is absent or not a token.</summary>
    public static string? RequestIdOf(this HttpResponseMessage response) => Token(response.HeaderOf("x-oss-request-id"), 128);

    /// <summary>A name or number of at most so many letters, digits and <c>- _ . :</c>; null if the text is anything else.</summary>
    public static string? Token(string? text, int maxLength)
    {
        var token = text?.Trim() ?? "";
        return token.Length > 0 && token.Length <= maxLength && IsToken(token) ? token : null;
    }

    /// <summary>Whether a text has a control character.</summary>
    public static bool HasControl(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Reads the body to its end, so that its connection can be used again. Null if it cannot be read, breaks off or is too long: the
    /// caller then judges the answer by its head alone.
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

    // Loops, not LINQ: every answer passes here, and an enumerator for each header costs more than reading it.
    private static bool IsToken(string text)
    {
        foreach (var c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.' or ':'))
                return false;
        }

        return true;
    }

    private static long? NumberIn(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // False if the value is rejected; true with null if the header is absent.
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
            if (HasControl(text) || (value is not null && text.Length > 0 && !string.Equals(text, value, StringComparison.Ordinal)))
            {
                value = null;
                return false;
            }

            value = text.Length == 0 ? value : text;
        }

        return true;
    }

    // A proxy may join a repeated header into one line. The same number twice is that number (RFC 9110, Content-Length).
    private static string? OneOf(string? numbers)
    {
        if (numbers is null || numbers.IndexOf(',') < 0)
            return numbers;

        var distinct = numbers.Split(',').Select(number => number.Trim()).Distinct(StringComparer.Ordinal).ToArray();
        return distinct.Length == 1 ? distinct[0] : null;
    }

    private static async Task<MemoryStream?> ReadBoundedAsync(Stream body, int maxLength, CancellationToken cancellationToken)
    {
        const int PieceSize = 4096;
        var copy = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        int count;
        while ((count = await body.ReadOrCancelAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (copy.Length + count > maxLength)
                return null;

            copy.Write(buffer, 0, count);
        }

        // Not after a failure: the stream may still be writing to it.
        ArrayPool<byte>.Shared.Return(buffer);
        copy.Position = 0;
        return copy;
    }
}

/// <summary>Reads the heads of successful answers. An answer without a header that its operation must have is refused as not from OSS.</summary>
internal static class AnswerHeads
{
    private const string MetadataPrefix = "x-oss-meta-";
    private const string RequestIdHeader = "x-oss-request-id";
    private const string NextPositionHeader = "x-oss-next-append-position";
    private const string ObjectTypeHeader = "x-oss-object-type";
    private const string Crc64Header = "x-oss-hash-crc64ecma";

    /// <summary>Throws if the answer has no request id.</summary>
    public static void RequireRequestId(string operation, HttpResponseMessage response)
    {
        if (response.RequestIdOf() is null)
            throw Unusable(operation, RequestIdHeader, response);
    }

    public static AppendObjectResult ReadAppend(HttpResponseMessage response)
    {
        const string Operation = "AppendObject";
        var next = response.LengthOf(NextPositionHeader) ?? throw Unusable(Operation, Readable(NextPositionHeader), response);
        return new AppendObjectResult(next, ReadCrc64(Operation, response), response.HeaderOf("ETag"), response.RequestIdOf());
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

    /// <summary>The CRC-64 of the whole object; null if the answer has none.</summary>
    public static ulong? ReadCrc64(string operation, HttpResponseMessage response) =>
        response.HasHeader(Crc64Header)
            ? response.Crc64Of(Crc64Header) ?? throw Unusable(operation, Readable(Crc64Header), response)
            : null;

    /// <summary>The range of a 206: <c>bytes first-last/total</c>; the total may be <c>*</c>.</summary>
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

    /// <summary>The exception for a successful answer that is not from OSS, or not complete.</summary>
    public static OssException Unusable(string operation, string missing, HttpResponseMessage response) =>
        new($"{operation} was answered with status {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}{By(response)} but without {missing}: this does not look like OSS. The request may have taken effect.")
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
            if (header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) && string.Join(",", header.Value) is var value && !AnswerReading.HasControl(value))
                metadata[header.Key[MetadataPrefix.Length..].ToLowerInvariant()] = value;
        }

        return metadata;
    }
}

/// <summary>
/// An object's body. Each read has the client's time limit. A failed read, and a body of another length than its head says, throw an
/// <see cref="OssException"/>. After a read that was given up, the body may still write to that read's buffer.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="length">The length that the head states; null if it states none.</param>
/// <param name="sender">Limits each read.</param>
internal sealed class AnswerBody(Stream body, long? length, RequestSender sender) : Stream
{
    private long _count;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadWithinLimitAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

#if NET8_0_OR_GREATER
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReadWithinLimitAsync(buffer, cancellationToken);
#endif

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            body.Dispose();

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadWithinLimitAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var deadline = sender.StartDeadline(cancellationToken);
        try
        {
            var count = await body.ReadOrCancelAsync(buffer, deadline.Token).ConfigureAwait(false);
            _count += count;
            if (_count > length || (count == 0 && buffer.Length > 0 && _count < length))
                throw new InvalidDataException("The body of the answer is not as long as its headers say.");

            return count;
        }
        catch (Exception exception) when (exception is not (OssException or ObjectDisposedException))
        {
            throw deadline.Explain(exception, "GetObject", sender.Failures);
        }
    }
}
