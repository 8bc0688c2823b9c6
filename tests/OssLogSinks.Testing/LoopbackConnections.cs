using System.Net;
using System.Net.Sockets;

namespace OssLogSinks.Testing;

/// <summary>A free port of the loopback. Its connections are served side by side until it is disposed, which ends them.</summary>
internal sealed class LoopbackConnections : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;

    public LoopbackConnections() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cancelled when it is disposed.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Begins to accept.</summary>
    /// <param name="serve">Serves one connection, and closes it. What it throws is ignored.</param>
    public void Serve(Func<TcpClient, Task> serve) => _accepting = AcceptAsync(serve);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<TcpClient, Task> serve)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(serve(await _listener.AcceptTcpClientAsync(Stopping)));
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
