using System.Globalization;
using System.Net;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>An error answer: the exception to throw, and the service's time if it refused the request's clock.</summary>
internal sealed class ServiceRefusal
{
    private const int LongestBody = 64 * 1024;
    private const int LongestName = 255;
    private const int LongestMessage = 200;

    // Longer than the quoted text: if a secret were cut, the few characters of it that are left would not be recognized.
    private const int LongestLook = 1000;

    // The number of NoSuchKey in the documentation of error codes.
    private const string NoSuchKeyEc = "0026-00000001";

    private ServiceRefusal(OssException exception, DateTimeOffset? serverTime)
    {
        Exception = exception;
        ServerTime = serverTime;
    }

    public OssException Exception { get; }

    /// <summary>
    /// The service's time after RequestTimeTooSkewed: ServerTime of the document, which proxies do not rewrite, or else the Date header.
    /// Null after other refusals, and if neither time is plausible.
    /// </summary>
    public DateTimeOffset? ServerTime { get; }

    /// <summary>
    /// Reads an error answer. An unreadable body gives a null code. The message of the answer is quoted only if it comes from OSS, cut
    /// short, and only if it repeats nothing that was sent.
    /// </summary>
    public static async Task<ServiceRefusal> ReadAsync(
        SentContent sent, HttpResponseMessage response, TransportFailures failures, CancellationToken cancellationToken)
    {
        var document = await ReadDocumentAsync(response, cancellationToken).ConfigureAwait(false);
        var code = Field(document?.ValueOf("Code")) is { } name && name.All(char.IsLetterOrDigit) ? name : null;
        var ec = Field(response.HeaderOf("x-oss-ec") ?? document?.ValueOf("EC")) is { } number && number.All(c => char.IsDigit(c) || c == '-') ? number : null;
        var requestId = Field(response.HeaderOf("x-oss-request-id"));
        var words = code is null || requestId is null ? null : Clean(document?.ValueOf("Message"), LongestLook);
        words = words is null || sent.IsEchoedIn(words) ? null : Clean(words, LongestMessage);

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

        // All fields are names or numbers. Anything else, and a repeated secret, is left out.
        string? Field(string? value) => AnswerReading.Token(value, LongestName) is { } token && !sent.AreSecretsEchoedIn(token) ? token : null;
    }

    /// <summary>
    /// Whether OSS says in the head that the object does not exist. A gateway's page may have a code too, but an object must not be begun
    /// again because of it.
    /// </summary>
    public static bool IsNoSuchKey(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotFound
        && response.RequestIdOf() is not null
        && (ReadDocument(response) is { } document ? document.ValueOf("Code") == "NoSuchKey" : response.HeaderOf("x-oss-ec") == NoSuchKeyEc);

    // One line of at most so many characters; null if nothing is left.
    private static string? Clean(string? text, int maxLength)
    {
        var line = PlainText.OneLine(text).Trim();
        if (line.Length > maxLength)
            line = line.Substring(0, char.IsHighSurrogate(line[maxLength - 1]) ? maxLength - 1 : maxLength);

        return line.Length == 0 ? null : line;
    }

    private static DateTimeOffset? FirstThatCanBeTrue(params DateTimeOffset?[] times) =>
        times.FirstOrDefault(time => time is not null && ServerClock.CanBeTrue(time.Value));

    private static async Task<ErrorDocument?> ReadDocumentAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.ReadBoundedAsync(LongestBody, cancellationToken).ConfigureAwait(false);
        return body is { Length: > 0 } ? ErrorDocument.TryRead(body) : ReadDocument(response);
    }

    // An answer to HEAD has no body. Its document is in a header, base64-encoded (all SDKs read it there).
    private static ErrorDocument? ReadDocument(HttpResponseMessage response)
    {
        try
        {
            var inHeader = response.HeaderOf("x-oss-err");
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
            ? $"{operation} failed: {failures.Way} answered with a redirect (status {Number(status)}), so this is not OSS."
            : $"{operation} failed: {failures.Way} answered with status {Number(status)} but without an OSS request id, so this is not OSS.";

    private static string Number(HttpStatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);
}
