using System.Globalization;
using System.Net.Sockets;
using System.Text;
using OssLogSinks.Testing;

namespace OssLogSinks.EndToEnd.Tests.Secrets;

/// <summary>
/// A forward proxy that asks for a user name and a password. Everything that comes with them it passes on as it is, so that the server
/// behind it gets the header too.
/// </summary>
internal sealed class AskingProxy : IAsyncDisposable
{
    private const string Header = "\r\nProxy-Authorization: Basic ";

    private readonly LoopbackConnections _connections = new();
    private readonly Uri _behind;
    private int _asked;
    private int _passed;

    public AskingProxy(Uri behind)
    {
        _behind = behind;
        _connections.Serve(ServeAsync);
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_connections.Port}");

    /// <summary>How often it has asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How many connections had a user name and a password.</summary>
    public int Passed => Volatile.Read(ref _passed);

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            var stream = connection.GetStream();
            while (await ReadRequestAsync(stream) is { } request)
            {
                if (request.IsAuthorized)
                {
                    Interlocked.Increment(ref _passed);
                    await TunnelAsync(request.Bytes, stream);
                    return;
                }

                Interlocked.Increment(ref _asked);
                await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"storm\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _connections.Stopping);
            }
        }
    }

    // Null at the connection's end.
    private async Task<(byte[] Bytes, bool IsAuthorized)?> ReadRequestAsync(NetworkStream stream)
    {
        using var request = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, _connections.Stopping) is > 0 and var count)
        {
            request.Write(buffer, 0, count);
            var text = Encoding.Latin1.GetString(request.GetBuffer(), 0, (int)request.Length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && request.Length >= end + 4 + LengthIn(text[..end]))
                return (request.ToArray(), text[..end].Contains(Header, StringComparison.OrdinalIgnoreCase));
        }

        return null;
    }

    private static int LengthIn(string head)
    {
        const string Name = "\r\nContent-Length: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(head[(at + Name.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
    }

    private async Task TunnelAsync(byte[] first, NetworkStream stream)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_behind.Host, _behind.Port, _connections.Stopping);
        var behind = client.GetStream();
        await behind.WriteAsync(first, _connections.Stopping);
        await Task.WhenAny(stream.CopyToAsync(behind, _connections.Stopping), behind.CopyToAsync(stream, _connections.Stopping));
    }
}
