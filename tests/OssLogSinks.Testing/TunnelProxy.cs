using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OssLogSinks.Testing;

/// <summary>
/// A forward proxy that opens tunnels (CONNECT), whatever host they are for, to one server of the test. It asks for a password if it has one.
/// </summary>
public sealed class TunnelProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _serverPort;
    private readonly Task _accepting;

    /// <param name="server">The server that every tunnel ends at.</param>
    public TunnelProxy(Uri server)
    {
        _serverPort = server.Port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://{Place}";

    public string Place => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What a request must have as user and password, with a colon between them; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>The first line of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            while (true)
            {
                var head = await ReadHeadAsync(stream);
                if (head.Length == 0)
                    return;

                Requests.Enqueue(head.Split("\r\n")[0]);
                if (Password is not null && !head.Contains("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Password)), StringComparison.Ordinal))
                    await WriteAsync(stream, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
                else if (!head.StartsWith("CONNECT ", StringComparison.Ordinal))
                    await WriteAsync(stream, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
                else
                    break;
            }

            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stop.Token);
            await WriteAsync(stream, "HTTP/1.1 200 Connection established\r\n\r\n");
            await Task.WhenAny(stream.CopyToAsync(server.GetStream(), _stop.Token), server.GetStream().CopyToAsync(stream, _stop.Token));
        }
    }

    // One byte at a time, so that nothing of the tunnel is taken.
    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return "";

            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private Task WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), _stop.Token).AsTask();
}
