using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>The real HTTP stack against a socket on the loopback: what stands in the bytes themselves.</summary>
public class HttpTransportTests
{
    private const string Answer = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\nx-oss-next-append-position: 3\r\nContent-Length: 0\r\n\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_HoldTheExactTargetTheLengthAndNoTrace()
    {
        using var listener = Listen();
        using var client = NewClient(listener);
        using var source = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        var started = new ConcurrentQueue<Activity>();
        source.ActivityStarted = activity =>
        {
            // Whatever is begun under a request of ours; other tests run at the same time.
            if (activity.Parent?.OperationName == "OssLogSinks.Send")
                started.Enqueue(activity);
        };
        ActivitySource.AddActivityListener(source);
        using var users = new Activity("user's").Start();

        var served = ServeAsync(listener, requests: 2);
        await client.AppendObjectAsync(Append("a/../b c//%2E~"), Cancel);
        await client.AppendObjectAsync(Append("k"), Cancel);

        var requests = await served;
        Assert.StartsWith("POST /bucket/a/../b%20c//%252E~?append&position=0 HTTP/1.1\r\n", requests[0], StringComparison.Ordinal);
        Assert.Contains($"\r\nHost: 127.0.0.1:{PortOf(listener)}\r\n", requests[0], StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Length: 3\r\n", requests[0], StringComparison.Ordinal);
        Assert.Contains("\r\nUser-Agent: OssLogSinks/0.1.0 Tests/1.0\r\n", requests[0], StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nabc", requests[0], StringComparison.Ordinal);
        foreach (var absent in new[] { "traceparent", "Request-Id", "Expect", "Transfer-Encoding", "Accept-Encoding", "Cookie" })
            Assert.DoesNotContain("\r\n" + absent, requests[0], StringComparison.OrdinalIgnoreCase);

        Assert.Empty(started);
        Assert.StartsWith("POST /bucket/k?", requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedConnection_IsUnanswered()
    {
        var listener = Listen();
        using var client = NewClient(listener);
        listener.Dispose();

        var exception = await Assert.ThrowsAsync<OssException>(() => client.AppendObjectAsync(Append("k"), Cancel));

        Assert.Equal(0, (int)exception.StatusCode);
    }

    private static AppendObjectRequest Append(string key) => new(key, 0, new ReadOnlySequence<byte>("abc"u8.ToArray()));

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static OssClient NewClient(TcpListener listener) => new(new OssClientOptions
    {
        Endpoint = $"http://127.0.0.1:{PortOf(listener)}",
        Bucket = "bucket",
        Region = "cn-hangzhou",
        Credentials = new StaticCredentialsProvider("ak", "sk"),
        UserAgentSuffix = "Tests/1.0",
    });

    // All on one connection: a second one would wait forever.
    private static async Task<List<string>> ServeAsync(TcpListener listener, int requests)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancel);
        var stream = connection.GetStream();
        var seen = new List<string>();
        var buffer = new byte[64 * 1024];
        while (seen.Count < requests)
        {
            var text = "";
            while (!text.EndsWith("\r\n\r\nabc", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer, Cancel);
                Assert.NotEqual(0, count);
                text += Encoding.ASCII.GetString(buffer, 0, count);
            }

            seen.Add(text);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer), Cancel);
        }

        return seen;
    }
}
