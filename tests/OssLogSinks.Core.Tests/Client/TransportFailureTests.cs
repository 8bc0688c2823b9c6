using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>The real HTTP stack against sockets that are no OSS: each kind of failure says host, port and cure, and nobody else's words.</summary>
public class TransportFailureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int> ForeignWritersStatuses => [200, 204, 401, 403, 404, 500, 502, 503];

    [Fact]
    public async Task ClosedPort_IsARefusedConnection()
    {
        var port = ClosedPort();

        var failure = await FailureAsync($"http://127.0.0.1:{port}");

        Assert.Equal(OssFailureKind.ConnectionRefused, failure.Kind);
        Assert.Equal($"HeadObject failed: 127.0.0.1:{port} refuses connections.", failure.Message);
        AssertAdvised(failure, "host and port");
    }

    [Fact]
    public async Task UnknownHost_IsANameThatIsNotResolved()
    {
        var failure = await FailureAsync("http://nothing.invalid:8080");

        Assert.Equal(OssFailureKind.NameNotResolved, failure.Kind);
        Assert.Equal("HeadObject failed: the name of nothing.invalid:8080 cannot be resolved.", failure.Message);
        AssertAdvised(failure, "DNS");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task HeadWithoutEnd_IsNoOss(int lines)
    {
        var header = new string('x', 128 * 1024 / lines);
        await using var server = TcpServer.Answering("200 OK\r\n" + string.Join("\r\n", Enumerable.Range(0, lines).Select(i => $"h{i}: {header}")));

        var failure = await FailureAsync($"http://127.0.0.1:{server.Port}");

        Assert.Equal(OssFailureKind.NotOss, failure.Kind);
        Assert.Equal($"HeadObject got no usable answer: 127.0.0.1:{server.Port} sends larger headers than OSS does. It may have taken effect.", failure.Message);
        AssertAdvised(failure, "instead of OSS");
    }

    [Theory]
    [InlineData("localhost", -1, "this machine does not trust its issuer")]
    [InlineData("localhost", -30, "it has expired or is not valid yet, and this machine does not trust its issuer")]
    [InlineData("other.example", -1, "it is for another host name, and this machine does not trust its issuer")]
    public async Task CertificateThatIsNotAccepted_SaysWhichFault(string name, int validSinceDays, string faults)
    {
        using var certificate = TcpServer.NewCertificate(name, validSinceDays);
        await using var server = new TcpServer(async stream =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(certificate);
        });

        var failure = await FailureAsync($"https://localhost:{server.Port}");

        Assert.Equal(OssFailureKind.Certificate, failure.Kind);
        Assert.Equal($"HeadObject failed: the certificate of localhost:{server.Port} is not accepted: {faults}.", failure.Message);
        AssertAdvised(failure, "trusted root certificates");
    }

    [Fact]
    public async Task HttpWrittenAsHttps_IsNoTls()
    {
        await using var server = TcpServer.Answering("400 Bad Request");

        var failure = await FailureAsync($"https://127.0.0.1:{server.Port}");

        Assert.Equal(OssFailureKind.Tls, failure.Kind);
        Assert.Equal($"HeadObject failed: the TLS handshake with 127.0.0.1:{server.Port} failed.", failure.Message);
        AssertAdvised(failure, "Write http://");
    }

    [Fact]
    public async Task ServerThatHangsUpDuringTls_IsNoTls()
    {
        await using var server = new TcpServer(async stream => _ = await stream.ReadAtLeastAsync(new byte[5], 5));

        Assert.Equal(OssFailureKind.Tls, (await FailureAsync($"https://127.0.0.1:{server.Port}")).Kind);
    }

    [Fact]
    public async Task HttpsWrittenAsHttp_IsALostConnection()
    {
        using var certificate = TcpServer.NewCertificate("localhost", -1);
        await using var server = new TcpServer(async stream =>
        {
            await using var tls = new SslStream(stream);
            await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsServerAsync(certificate));
        });

        var failure = await FailureAsync($"http://127.0.0.1:{server.Port}");

        Assert.Equal(OssFailureKind.ConnectionLost, failure.Kind);
        Assert.Equal($"HeadObject failed: the connection to 127.0.0.1:{server.Port} was lost before an answer came. It may have taken effect.", failure.Message);
        AssertAdvised(failure, "https://");
    }

    [Fact]
    public async Task ServerThatNeverShakesHands_IsAConnectionThatTookTooLong()
    {
        await using var server = new TcpServer(stream => Task.Delay(Timeout.InfiniteTimeSpan, Cancel));

        var failure = await FailureAsync($"https://127.0.0.1:{server.Port}", options => options.ConnectTimeout = TimeSpan.FromMilliseconds(50));

        Assert.Equal(OssFailureKind.ConnectTimeout, failure.Kind);
        Assert.Equal($"HeadObject failed: connecting to 127.0.0.1:{server.Port} timed out.", failure.Message);
        AssertAdvised(failure, "internal endpoint");
    }

    [Fact]
    public async Task SomethingThatIsNoHttp_IsNotOss()
    {
        await using var server = new TcpServer(async stream =>
        {
            await TcpServer.ReadHeadAsync(stream);
            await stream.WriteAsync("SSH-2.0-OpenSSH_9.6\r\n"u8.ToArray(), Cancel);
        });

        var failure = await FailureAsync($"http://127.0.0.1:{server.Port}");

        Assert.Equal(OssFailureKind.NotOss, failure.Kind);
        Assert.Equal($"HeadObject got no usable answer: 127.0.0.1:{server.Port} does not speak HTTP. It may have taken effect.", failure.Message);
        Assert.DoesNotContain("OpenSSH", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CaptivePortal_IsNotOss()
    {
        await using var server = TcpServer.Answering("302 Found\r\nLocation: http://login.hotel.example/?t=SIGNATUREMARK");

        var failure = await FailureAsync($"http://127.0.0.1:{server.Port}");

        Assert.Equal((OssFailureKind.NotOss, HttpStatusCode.Found), (failure.Kind, failure.StatusCode));
        Assert.Equal($"HeadObject failed: 127.0.0.1:{server.Port} answered with a redirect (status 302), so this is not OSS.", failure.Message);
        AssertAdvised(failure, "login page");
    }

    [Theory]
    [MemberData(nameof(ForeignWritersStatuses))]
    public async Task AnswerWithoutARequestIdOfOss_NeverAdvisesAPermission(int status)
    {
        await using var server = TcpServer.Answering($"{status} Whatever");

        var failure = await AppendFailureAsync($"http://127.0.0.1:{server.Port}");

        Assert.Equal(OssFailureKind.NotOss, failure.Kind);
        Assert.DoesNotContain("RAM", TroubleAdvice.For(failure), StringComparison.Ordinal);
        AssertAdvised(failure, "firewall");
        if (status >= 300)
        {
            Assert.Equal(
                $"AppendObject failed: 127.0.0.1:{server.Port} answered with status {status} but without an OSS request id, so this is not OSS.", failure.Message);
        }
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task DeadProxy_IsNamed(string scheme)
    {
        var port = ClosedPort();

        var failure = await FailureAsync($"{scheme}://oss.example", Through(port));

        Assert.Equal(OssFailureKind.Proxy, failure.Kind);
        Assert.Equal($"HeadObject failed: the proxy 127.0.0.1:{port} refuses connections.", failure.Message);
        AssertAdvised(failure, "NO_PROXY");
    }

    [Theory]
    [InlineData("http", "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", "asks for a user name and a password (status 407)")]
    [InlineData("https", "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"", "asks for a user name and a password (status 407)")]
    [InlineData("https", "502 Bad Gateway", "refused a connection to oss.example:443 with status 502")]
    [InlineData("https", "403 Forbidden", "refused a connection to oss.example:443 with status 403")]
    public async Task ProxyThatRefuses_SaysWhatItWants_WithoutItsPassword(string scheme, string answer, string problem)
    {
        await using var server = TcpServer.Answering(answer);

        var failure = await FailureAsync($"{scheme}://oss.example", Through(server.Port));

        Assert.Equal(OssFailureKind.Proxy, failure.Kind);
        Assert.Equal($"HeadObject failed: the proxy 127.0.0.1:{server.Port} {problem}.", failure.Message);
        Assert.DoesNotContain("PASSWORDMARK", failure.ToString() + new OssDeliveryException("x", failure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProxyWithAnUnknownName_IsNamed()
    {
        var failure = await FailureAsync("https://oss.example", options => options.Proxy = new WebProxy("http://proxy.invalid:3128"));

        Assert.Equal(OssFailureKind.Proxy, failure.Kind);
        Assert.Equal("HeadObject failed: the name of the proxy proxy.invalid:3128 cannot be resolved.", failure.Message);
    }

    [Fact]
    public async Task WordsOfOthers_StayInTheInnerException()
    {
        using var wire = new FakeWire().Answer((_, _) => throw new HttpRequestException(
            "GET /?x-oss-signature=SIGNATUREMARK failed", new IOException("{the user's own event}", new SocketException((int)SocketError.ConnectionReset))));
        using var client = wire.NewClient();

        var failure = await Assert.ThrowsAsync<OssException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));

        Assert.Equal(OssFailureKind.ConnectionLost, failure.Kind);
        Assert.Contains("SIGNATUREMARK", failure.InnerException!.Message, StringComparison.Ordinal);
        foreach (var text in new[] { failure.ToString(), new OssDeliveryException("Lost.", failure).ToString(), new OssDeliveryException("Lost.", failure.InnerException).ToString() })
        {
            Assert.Contains("System.Net.Http.HttpRequestException", text, StringComparison.Ordinal);
            Assert.All(["SIGNATUREMARK", "own event", "{"], foreign => Assert.DoesNotContain(foreign, text, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(SocketError.NetworkUnreachable, OssFailureKind.Unreachable, "HeadObject failed: examplebucket.oss-cn-hangzhou.aliyuncs.com:443 cannot be reached (NetworkUnreachable).")]
    [InlineData(SocketError.TryAgain, OssFailureKind.NameNotResolved, "HeadObject failed: the name of examplebucket.oss-cn-hangzhou.aliyuncs.com:443 cannot be resolved.")]
    [InlineData(SocketError.TimedOut, OssFailureKind.ConnectTimeout, "HeadObject failed: connecting to examplebucket.oss-cn-hangzhou.aliyuncs.com:443 timed out.")]
    public async Task ErrorOfASocket_IsToldByItsCode(SocketError error, OssFailureKind kind, string message) =>
        await AssertExplainedAsync(new HttpRequestException("x", new SocketException((int)error)), kind, message);

    [Theory]
    [InlineData(WebExceptionStatus.NameResolutionFailure, OssFailureKind.NameNotResolved)]
    [InlineData(WebExceptionStatus.TrustFailure, OssFailureKind.Certificate)]
    [InlineData(WebExceptionStatus.SecureChannelFailure, OssFailureKind.Tls)]
    [InlineData(WebExceptionStatus.ReceiveFailure, OssFailureKind.ConnectionLost)]
    [InlineData(WebExceptionStatus.ProxyNameResolutionFailure, OssFailureKind.Proxy)]
    [InlineData(WebExceptionStatus.UnknownError, OssFailureKind.Unknown)]
    public async Task ErrorOfDotNetFramework_IsToldByItsStatus(WebExceptionStatus status, OssFailureKind kind) =>
        await AssertExplainedAsync(new HttpRequestException("x", new WebException("y", status)), kind, null);

    private static async Task AssertExplainedAsync(Exception exception, OssFailureKind kind, string? message)
    {
        using var wire = new FakeWire().Answer((_, _) => throw exception);
        using var client = wire.NewClient();

        var failure = await Assert.ThrowsAsync<OssException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));

        Assert.Equal(kind, failure.Kind);
        Assert.Equal(message ?? failure.Message, failure.Message);
        Assert.Contains("examplebucket.oss-cn-hangzhou.aliyuncs.com:443", failure.Message, StringComparison.Ordinal);
    }

    private static void AssertAdvised(OssException failure, string cure) => Assert.Contains(cure, TroubleAdvice.For(failure), StringComparison.Ordinal);

    private static Action<OssClientOptions> Through(int port) => options =>
        options.Proxy = new WebProxy(new Uri($"http://user:PASSWORDMARK@127.0.0.1:{port}"));

    private static async Task<OssException> FailureAsync(string endpoint, Action<OssClientOptions>? change = null)
    {
        using var client = NewClient(endpoint, change);
        return await Assert.ThrowsAsync<OssException>(() => client.HeadObjectAsync(new HeadObjectRequest("k"), Cancel));
    }

    private static async Task<OssException> AppendFailureAsync(string endpoint)
    {
        using var client = NewClient(endpoint, null);
        return await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(new AppendObjectRequest("k", 0, new("abc"u8.ToArray())), Cancel));
    }

    private static OssClient NewClient(string endpoint, Action<OssClientOptions>? change)
    {
        var options = new OssClientOptions
        {
            Endpoint = endpoint,
            Bucket = "bucket",
            Region = "cn-hangzhou",
            AddressingStyle = OssAddressingStyle.Path,
            Credentials = new StaticCredentialsProvider("ak", "sk"),
            ConnectTimeout = TimeSpan.FromSeconds(60),
            Proxy = new WebProxy(),
        };
        change?.Invoke(options);
        return new OssClient(options);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
