using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>Stands where the network would: keeps what was sent, answers from a script.</summary>
internal sealed class FakeWire : HttpMessageHandler
{
    public const string Secret = "MARKERSECRET0123456789";
    public const string Token = "MARKERTOKEN+abc/def==";

    private readonly Queue<Func<SentRequest, CancellationToken, Task<HttpResponseMessage>>> _answers = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 5, 4, 5, 6, TimeSpan.Zero));

    public List<SentRequest> Sent { get; } = [];

    public TaskCompletionSource HasSent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IOssCredentialsProvider Credentials { get; set; } = new StaticCredentialsProvider("AKIDEXAMPLE", Secret, Token);

    public OssClient NewClient(Action<OssClientOptions>? change = null)
    {
        var options = new OssClientOptions
        {
            Endpoint = "oss-cn-hangzhou.aliyuncs.com",
            Bucket = "examplebucket",
            Credentials = Credentials,
            HttpMessageHandler = this,
            TimeProvider = Time,
        };
        change?.Invoke(options);
        return new OssClient(options);
    }

    public FakeWire Answer(Func<SentRequest, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public FakeWire Answer(HttpStatusCode status, string body = "", params string[] headers) =>
        Answer((_, _) => Task.FromResult(NewAnswer(status, body, headers)));

    public FakeWire Appended(long next, ulong crc = 1) =>
        Answer(HttpStatusCode.OK, "", $"x-oss-next-append-position: {next}", $"x-oss-hash-crc64ecma: {crc}", "x-oss-request-id: REQ1", "ETag: \"E1\"");

    public FakeWire Refuse(HttpStatusCode status, string code, string more = "", params string[] headers) =>
        Answer(status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>It is so.</Message><RequestId>REQ2</RequestId>{more}</Error>", ["x-oss-request-id: REQ2", .. headers]);

    /// <summary>An answer with these headers. A successful one has a request id too, as those of OSS have, unless <paramref name="headers"/> names the header.</summary>
    public static HttpResponseMessage NewAnswer(HttpStatusCode status, string body, params string[] headers)
    {
        const string RequestId = "x-oss-request-id:";
        var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        var isNamed = headers.Any(header => header.StartsWith(RequestId, StringComparison.Ordinal));
        foreach (var header in isNamed || !answer.IsSuccessStatusCode ? headers : [RequestId + " REQ0", .. headers])
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (header[..colon], header[(colon + 1)..].Trim());
            if (!answer.Headers.TryAddWithoutValidation(name, value))
                answer.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return answer;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in request.Headers.NonValidated)
            headers[header.Key] = string.Join(",", header.Value);

        byte[]? body = null;
        if (request.Content is not null)
        {
            // Whoever sends a body asks for its length.
            _ = request.Content.Headers.ContentLength;
            foreach (var header in request.Content.Headers.NonValidated)
                headers[header.Key] = string.Join(",", header.Value);

            body = await request.Content.ReadAsByteArrayAsync(cancellationToken);
        }

        var sent = new SentRequest(request.Method.Method, request.RequestUri!.AbsoluteUri, request.RequestUri.PathAndQuery, headers, body)
        {
            Message = request,
            Activity = System.Diagnostics.Activity.Current,
        };
        Sent.Add(sent);
        HasSent.TrySetResult();
        return await _answers.Dequeue()(sent, cancellationToken);
    }
}

internal sealed record SentRequest(string Method, string Uri, string PathAndQuery, Dictionary<string, string> Headers, byte[]? Body)
{
    public required HttpRequestMessage Message { get; init; }

    public System.Diagnostics.Activity? Activity { get; init; }
}
