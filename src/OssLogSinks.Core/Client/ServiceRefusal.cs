using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>An answer that reports a failure: what is thrown, and the service's time for a clock that was refused.</summary>
internal sealed class ServiceRefusal
{
    private const int LongestBody = 64 * 1024;
    private const int LongestName = 255;
    private const int LongestMessage = 200;

    // Looked through for echoes: a secret is not recognized by its first characters, which a cut may leave.
    private const int LongestLook = 1000;

    private ServiceRefusal(OssException exception, DateTimeOffset? serverTime)
    {
        Exception = exception;
        ServerTime = serverTime;
    }

    /// <summary>What the caller is to see.</summary>
    public OssException Exception { get; }

    /// <summary>
    /// The service's time if it refused the request's: the document's ServerTime, which nothing in between rewrites, or else the Date
    /// header. Null if neither can be true, and if the refusal is another or not from OSS.
    /// </summary>
    public DateTimeOffset? ServerTime { get; }

    /// <summary>
    /// Reads a refusal. Whatever the body is, the status survives: an unreadable body means a null code. Words of the answer are quoted
    /// only if it comes from OSS, cut short, and only if they repeat nothing that was sent.
    /// </summary>
    public static async Task<ServiceRefusal> ReadAsync(
        SentContent sent, HttpResponseMessage response, TransportFailures failures, CancellationToken cancellationToken)
    {
        var document = await ReadDocumentAsync(response, cancellationToken).ConfigureAwait(false);
        var code = Field(document?.ValueOf("Code")) is { } name && name.All(char.IsLetterOrDigit) ? name : null;
        var ec = Field(response.HeaderOf("x-oss-ec") ?? document?.ValueOf("EC")) is { } number && number.All(c => char.IsDigit(c) || c == '-') ? number : null;
        var requestId = Field(response.HeaderOf("x-oss-request-id"));
        var words = code is null || requestId is null ? null : HeaderText.Clean(document?.ValueOf("Message"), LongestLook);
        words = words is null || sent.IsEchoedIn(words) ? null : HeaderText.Clean(words, LongestMessage);

        var isFromProxy = response.StatusCode == HttpStatusCode.ProxyAuthenticationRequired;
        var kind = isFromProxy ? OssFailureKind.Proxy : requestId is null ? OssFailureKind.NotOss : OssFailureKind.Refused;
        var message = kind switch
        {
            OssFailureKind.Proxy => $"{sent.Operation} failed: {TransportFailures.AsksForCredentials(failures.Proxy)}.",
            OssFailureKind.NotOss => ForeignAnswer(sent.Operation, response.StatusCode, failures),
            _ => Refusal(sent.Operation, response.StatusCode, code, words, ec, requestId!),
        };
        var exception = new OssException(response.StatusCode, code, message)
        {
            Kind = kind,
            Operation = sent.Operation,
            Ec = ec,
            RequestId = requestId,
            HostId = Field(document?.ValueOf("HostId")),
            SuggestedEndpoint = Field(document?.ValueOf("Endpoint")),
            NextPosition = response.LengthOf("x-oss-next-append-position"),
            RetryAfter = response.RetryAfterOf(),
        };
        var isSkew = exception is { IsFromOss: true, Code: "RequestTimeTooSkewed" };
        return new ServiceRefusal(exception, isSkew ? FirstThatCanBeTrue(document?.ServerTime, response.DateOf("Date")) : null);

        // They are names and numbers; what is something else, or repeats what was sent, is not what its place says.
        string? Field(string? value) => HeaderText.Token(value, LongestName) is { } token && !sent.AreSecretsEchoedIn(token) ? token : null;
    }

    private static DateTimeOffset? FirstThatCanBeTrue(params DateTimeOffset?[] times) =>
        times.FirstOrDefault(time => time is not null && ServerClock.CanBeTrue(time.Value));

    private static async Task<ErrorDocument?> ReadDocumentAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // An answer to HEAD has no body; the document stands in a header, base64-encoded (all SDKs read it there).
        var inHeader = response.HeaderOf("x-oss-err");
        var body = await response.ReadBoundedAsync(LongestBody, cancellationToken).ConfigureAwait(false);
        if (body is { Length: > 0 })
            return ErrorDocument.TryRead(body);

        try
        {
            return inHeader is null ? null : ErrorDocument.TryRead(new MemoryStream(Convert.FromBase64String(inHeader)));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Refusal(string operation, HttpStatusCode status, string? code, string? words, string? ec, string requestId)
    {
        var message = $"OSS refused {operation} with status {Number(status)}";
        message += code is null ? "" : " " + code;
        message += words is null ? "" : ": " + words.TrimEnd('.');
        return message + (ec is null ? $" (request {requestId})." : $" (EC {ec}, request {requestId}).");
    }

    private static string ForeignAnswer(string operation, HttpStatusCode status, TransportFailures failures) =>
        (int)status is >= 300 and < 400
            ? $"{operation} failed: {failures.Way} answered with a redirect (status {Number(status)}), so it is not OSS that answers."
            : $"{operation} failed: {failures.Way} answered with status {Number(status)}, but without a request id of OSS, so it is not OSS that answers.";

    private static string Number(HttpStatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);
}
