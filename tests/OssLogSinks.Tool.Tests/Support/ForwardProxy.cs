using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OssLogSinks.Tool.Tests.Support;

/// <summary>A forward proxy with a password, on a real socket: CONNECT for https, whole addresses for http.</summary>
internal sealed class ForwardProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _authorization;
    private readonly Task _accepting;

    public ForwardProxy(string user, string password)
    {
        _authorization = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{user}:{password}"));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>The first lines of the requests that it passed on.</summary>
    public ConcurrentQueue<string> Passed { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync()));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was stopped. Connections end with their clients.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await ReadHeadAsync(stream) is { } head)
                {
                    if (!head.Contains(_authorization, StringComparison.Ordinal))
                    {
                        await SkipBodyAsync(stream, head);
                        await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                        continue;
                    }

                    await PassAsync(stream, head);
                    return;
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // One side has closed its connection.
            }
        }
    }

    private async Task PassAsync(NetworkStream stream, string head)
    {
        var line = head[..head.IndexOf('\r', StringComparison.Ordinal)];
        Passed.Enqueue(line);
        var target = line.Split(' ')[1];
        var isTunnel = line.StartsWith("CONNECT ", StringComparison.Ordinal);
        var address = new Uri(isTunnel ? "https://" + target : target);
        using var server = new TcpClient();
        await server.ConnectAsync(address.Host, address.Port);
        if (isTunnel)
            await stream.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray());
        else
            await server.GetStream().WriteAsync(Encoding.Latin1.GetBytes(head));

        var answering = server.GetStream().CopyToAsync(stream);
        var sending = stream.CopyToAsync(server.GetStream());
        await Task.WhenAny(answering, sending);
    }

    private static async Task SkipBodyAsync(NetworkStream stream, string head)
    {
        const string name = "\r\nContent-Length: ";
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return;

        var end = head.IndexOf('\r', at + name.Length);
        await stream.ReadExactlyAsync(new byte[int.Parse(head[(at + name.Length)..end], System.Globalization.CultureInfo.InvariantCulture)]);
    }

    private static async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
