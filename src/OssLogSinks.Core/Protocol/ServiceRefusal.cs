using System.Globalization;
using OssLogSinks.Core.Credentials;

namespace OssLogSinks.Core.Protocol;

/// <summary>An answer that reports a failure: what is thrown, and the service's time for a clock that was refused.</summary>
internal sealed class ServiceRefusal
{
    private const int LongestBody = 64 * 1024;
    private const int LongestField = 128;
    private const int LongestMessage = 300;
    private const int ShortestSecret = 8;

    private ServiceRefusal(OssException exception, DateTimeOffset? serverTime)
    {
        Exception = exception;
        ServerTime = serverTime;
    }

    /// <summary>What the caller is to see.</summary>
    public OssException Exception { get; }

    /// <summary>The service's time: the Date header, or the document's ServerTime; null if neither could be read.</summary>
    public DateTimeOffset? ServerTime { get; }

    /// <summary>Reads a refusal. Whatever the body is, the status survives: an unreadable body means a null code.</summary>
    public static async Task<ServiceRefusal> ReadAsync(
        string operation, HttpResponseMessage response, OssCredentials credentials, CancellationToken cancellationToken)
    {
        var document = await ReadDocumentAsync(response, cancellationToken).ConfigureAwait(false);
        var code = Field(document?.ValueOf("Code"), credentials);
        var ec = Field(response.HeaderOf("x-oss-ec") ?? document?.ValueOf("EC"), credentials);
        var requestId = Field(response.HeaderOf("x-oss-request-id"), credentials);
        var endpoint = Field(document?.ValueOf("Endpoint"), credentials);
        var text = HeaderText.Clean(Redact(document?.ValueOf("Message"), credentials), LongestMessage);
        var message = MessageOf(operation, (int)response.StatusCode, code, text, ec, requestId);
        var exception = new OssException(response.StatusCode, code, message)
        {
            Operation = operation,
            Ec = ec,
            RequestId = requestId,
            HostId = Field(document?.ValueOf("HostId"), credentials),
            SuggestedEndpoint = endpoint,
            NextPosition = response.NumberOf("x-oss-next-append-position"),
            RetryAfter = RetryAfterOf(response),
        };
        return new ServiceRefusal(exception, response.Headers.Date ?? document?.ServerTime);
    }

    private static async Task<ErrorDocument?> ReadDocumentAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // An answer to HEAD has no body; the document stands in a header, base64-encoded (all SDKs read it there).
        var inHeader = response.HeaderOf("x-oss-err");
        var body = await response.ReadBoundedAsync(LongestBody, cancellationToken).ConfigureAwait(false);
        if (body is { Length: > 0 })
        {
            return ErrorDocument.TryRead(body);
        }

        try
        {
            return inHeader is null ? null : ErrorDocument.TryRead(new MemoryStream(Convert.FromBase64String(inHeader)));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string MessageOf(string operation, int status, string? code, string? text, string? ec, string? requestId)
    {
        var about = string.Join(", ", new[] { ec is null ? null : "EC " + ec, requestId is null ? null : "request " + requestId }.Where(part => part is not null));
        var message = $"OSS refused {operation} with status {status.ToString(CultureInfo.InvariantCulture)}";
        message += code is null ? "" : " " + code;
        message += text is null ? "" : ": " + text.TrimEnd('.');
        return message + (about.Length == 0 ? "." : " (" + about + ").");
    }

    private static string? Field(string? value, OssCredentials credentials) => HeaderText.Clean(Redact(value, credentials), LongestField);

    // A gateway could echo what it was sent. What is shorter than any real secret would only maul the text.
    private static string? Redact(string? text, OssCredentials credentials)
    {
        foreach (var secret in new[] { credentials.AccessKeySecret.Reveal(), credentials.SecurityToken?.Reveal() })
        {
            text = secret is { Length: >= ShortestSecret } ? text?.Replace(secret, "***") : text;
        }

        return text;
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var retryAfter = response.Headers.RetryAfter;
        var wait = retryAfter?.Delta ?? (retryAfter?.Date - response.Headers.Date);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
