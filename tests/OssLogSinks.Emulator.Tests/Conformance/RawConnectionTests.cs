using System.Net.Sockets;
using System.Text;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Conformance;

/// <summary>Rows 19 to 23: what HttpClient would never send.</summary>
public class RawConnectionTests : EmulatorTest
{
    [Fact]
    public async Task BodyCutShort_WritesNothing()
    {
        var reply = await ExchangeAsync("Content-Length: 10\r\n", "abc", shutdown: true);
        Assert.True(reply.Length == 0 || reply.Contains("<Code>IncompleteBody</Code>", StringComparison.Ordinal), reply);
        Assert.Null(Emulator.FindObject("logs", "app.log"));
    }

    [Fact]
    public async Task ChunkedBodyCutShort_WritesNothing()
    {
        await ExchangeAsync("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n", shutdown: true);
        Assert.Null(Emulator.FindObject("logs", "app.log"));
    }

    [Fact]
    public async Task NoLengthAtAll_IsMissingContentLength()
    {
        var reply = await ExchangeAsync("", "");
        Assert.StartsWith("HTTP/1.1 411", reply, StringComparison.Ordinal);
        Assert.Contains("<Code>MissingContentLength</Code>", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChunkedBody_IsAppended()
    {
        var reply = await ExchangeAsync("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", reply, StringComparison.Ordinal);
        Assert.Equal("abcde", Text("app.log"));
    }

    [Fact]
    public async Task ExpectContinue_IsAnswered()
    {
        var reply = await ExchangeAsync("Content-Length: 3\r\nExpect: 100-continue\r\n", "abc");
        Assert.StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200", reply, StringComparison.Ordinal);
    }

    private async Task<string> ExchangeAsync(string headers, string body, bool shutdown = false)
    {
        var request = TestRequest.Append("app.log", 0, []);
        Client.Signer.SignV4(request, Client.Now);
        var head = $"POST /logs/app.log?append&position=0 HTTP/1.1\r\nHost: {Emulator.Endpoint.Authority}\r\nConnection: close\r\n{headers}"
            + string.Concat(request.Headers.Select(header => $"{header.Key}: {header.Value}\r\n")) + "\r\n";
        using var socket = new TcpClient();
        await socket.ConnectAsync(Emulator.Endpoint.Host, Emulator.Endpoint.Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        if (headers.Contains("Expect", StringComparison.Ordinal))
        {
            var interim = new byte[25];
            await stream.ReadExactlyAsync(interim, TestContext.Current.CancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(body), TestContext.Current.CancellationToken);
            return Encoding.ASCII.GetString(interim) + await ReadAsync(stream);
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(body), TestContext.Current.CancellationToken);
        if (shutdown)
            socket.Client.Shutdown(SocketShutdown.Send);

        return await ReadAsync(stream);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        try
        {
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
