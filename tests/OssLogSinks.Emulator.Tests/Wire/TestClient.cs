using System.Text;

namespace OssLogSinks.Emulator.Tests.Wire;

/// <summary>Sends signed requests as they are: nothing on the way may tidy up a path.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly Uri _endpoint;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    public TestClient(OssEmulator emulator)
        : this(emulator.Endpoint, new TestSigner(emulator.AccessKeyId, emulator.AccessKeySecret, emulator.Region))
    {
    }

    public TestClient(Uri endpoint, TestSigner signer)
    {
        _endpoint = endpoint;
        Signer = signer;
    }

    public TestSigner Signer { get; set; }

    /// <summary>Null: path style at the endpoint. Else the Host header, and the bucket is not in the path.</summary>
    public string? VirtualHost { get; set; }

    public DateTimeOffset Now { get; set; } = TimeProvider.System.GetUtcNow();

    public void Dispose() => _http.Dispose();

    public Task<TestReply> AppendAsync(string key, long position, string text) =>
        SendAsync(TestRequest.Append(key, position, Encoding.UTF8.GetBytes(text)));

    public Task<TestReply> HeadAsync(string key) => SendAsync("HEAD", key);

    public Task<TestReply> SendAsync(string method, string key, params (string Name, string Value)[] query) =>
        SendAsync(new TestRequest(method, "logs", key) { Query = query });

    public Task<TestReply> SendAsync(TestRequest request)
    {
        Signer.SignV4(request, Now);
        return SendAsIsAsync(request);
    }

    public async Task<TestReply> SendAsIsAsync(TestRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), UriOf(request));
        if (request.Body is not null)
            message.Content = new ByteArrayContent(request.Body);

        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content ??= new ByteArrayContent([]);
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (VirtualHost is not null)
            message.Headers.Host = VirtualHost;

        using var response = await _http.SendAsync(message, TestContext.Current.CancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase);
        return new TestReply((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private Uri UriOf(TestRequest request)
    {
        var path = VirtualHost is null ? request.Encoded : TestRequest.Encode("/" + request.Key);
        var query = string.Join('&', request.Query.Select(q => Uri.EscapeDataString(q.Name) + (q.Value.Length == 0 ? "" : "=" + Uri.EscapeDataString(q.Value))));
        var text = $"{_endpoint.GetLeftPart(UriPartial.Authority)}{path}{(query.Length == 0 ? "" : "?")}{query}";
        return new Uri(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
