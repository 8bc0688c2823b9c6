using System.Net;
using System.Net.Sockets;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>Connections are kept, and given up in time for a change in DNS to be seen. The resolver is the test's own.</summary>
public class ConnectionLifetimeTests
{
    private const string Answer = "HTTP/1.1 204 No Content\r\nx-oss-request-id: 1\r\n\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NameThatMoves_IsFollowedWhenTheConnectionIsOld()
    {
        await using var before = new KeptServer(IPAddress.Parse("127.0.0.1"));
        await using var after = new KeptServer(IPAddress.Parse("127.0.0.2"), before.Port);
        var address = before.Address;
        using var client = NewClient(before.Port, _ => Volatile.Read(ref address), TimeSpan.FromMilliseconds(1));
        await DeleteAsync(client);
        Assert.Equal((1, 0), (before.Requests, after.Requests));

        Volatile.Write(ref address, after.Address);
        while (after.Requests == 0)
            await TryDeleteAsync(client);
    }

    [Fact]
    public async Task ConnectionOfUsualLifetime_IsUsedAgain()
    {
        await using var server = new KeptServer(IPAddress.Loopback);
        var asked = 0;
        using var client = NewClient(server.Port, _ => { Interlocked.Increment(ref asked); return IPAddress.Loopback; }, lifetime: null);

        for (var i = 0; i < 20; i++)
            await DeleteAsync(client);

        Assert.Equal((20, 1, 1), (server.Requests, server.Connections, asked));
    }

    // A server, a proxy or a NAT that closed a connection is found out by the next request on it, which the client sends again itself only
    // if nothing of it was sent: an append may have landed.
    [Fact]
    public async Task ConnectionThatTheServerClosed_IsReplaced()
    {
        await using var server = new KeptServer(IPAddress.Loopback);
        using var client = NewClient(server.Port, _ => IPAddress.Loopback, lifetime: null);
        await DeleteAsync(client);

        server.CloseConnections();
        while (!await TryDeleteAsync(client))
        {
        }

        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task NameThatIsGone_IsTold()
    {
        await using var server = new KeptServer(IPAddress.Loopback);
        using var client = NewClient(server.Port, _ => throw new SocketException((int)SocketError.HostNotFound), lifetime: null);

        var failure = await Assert.ThrowsAsync<OssException>(() => DeleteAsync(client));

        Assert.Equal(OssFailureKind.NameNotResolved, failure.Kind);
    }

    private static OssClient NewClient(int port, Func<string, IPAddress> resolver, TimeSpan? lifetime)
    {
        var options = new OssClientOptions
        {
            Endpoint = $"http://oss.example:{port}",
            Bucket = "bucket",
            Region = "cn-hangzhou",
            AddressingStyle = OssAddressingStyle.VirtualHosted,
            Credentials = new StaticCredentialsProvider("ak", "sk"),
            ConnectTimeout = TimeSpan.FromSeconds(60),
            Proxy = new WebProxy(),
            Resolver = resolver,
        };
        options.ConnectionLifetime = lifetime ?? options.ConnectionLifetime;
        return new OssClient(options);
    }

    private static Task DeleteAsync(OssClient client) => client.DeleteObjectAsync("k", Cancel);

    private static async Task<bool> TryDeleteAsync(OssClient client)
    {
        try
        {
            await DeleteAsync(client);
            return true;
        }
        catch (OssException)
        {
            return false;
        }
    }

    /// <summary>Answers every request, and keeps its connections.</summary>
    private sealed class KeptServer : IAsyncDisposable
    {
        private readonly TcpListener _listener;
        private readonly Task _accepting;
        private readonly object _gate = new();
        private readonly List<TcpClient> _open = [];
        private int _requests;

        public KeptServer(IPAddress address, int port = 0)
        {
            Address = address;
            _listener = new TcpListener(address, port);
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public IPAddress Address { get; }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Requests => Volatile.Read(ref _requests);

        public int Connections { get; private set; }

        public void CloseConnections()
        {
            lock (_gate)
            {
                foreach (var connection in _open)
                    connection.Close();

                _open.Clear();
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            CloseConnections();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task AcceptAsync()
        {
            while (true)
            {
                var connection = await _listener.AcceptTcpClientAsync(Cancel);
                lock (_gate)
                {
                    _open.Add(connection);
                    Connections++;
                }

                _ = ServeAsync(connection.GetStream());
            }
        }

        private async Task ServeAsync(NetworkStream stream)
        {
            using var reader = new StreamReader(stream, Encoding.ASCII);
            try
            {
                while (await reader.ReadLineAsync(Cancel) is { } line)
                {
                    if (line.Length > 0)
                        continue;

                    Interlocked.Increment(ref _requests);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer), Cancel);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
            }
        }
    }
}
