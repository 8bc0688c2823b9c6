using System.Net.Sockets;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>A socket on the loopback that answers each request with exact bytes and closes the connection: what no server's library would send.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly LoopbackConnections _connections = new();
    private readonly Func<string, string> _answer;
    private int _requests;

    /// <param name="answer">Gives the answer to a request's head; of the answer each character is one byte.</param>
    public RawServer(Func<string, string> answer)
    {
        _answer = answer;
        _connections.Serve(ServeAsync);
    }

    public int Requests => Volatile.Read(ref _requests);

    public string Endpoint => $"http://127.0.0.1:{_connections.Port}";

    public OssClient NewClient() => new(new OssClientOptions
    {
        Endpoint = Endpoint,
        Bucket = "bucket",
        Region = "cn-hangzhou",
        Credentials = new StaticCredentialsProvider("ak", "sk"),
    });

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            var stream = connection.GetStream();
            var text = "";
            var buffer = new byte[16 * 1024];
            while (!IsWhole(text))
            {
                var count = await stream.ReadAsync(buffer, _connections.Stopping);
                if (count == 0)
                    return;

                text += Encoding.Latin1.GetString(buffer, 0, count);
            }

            Interlocked.Increment(ref _requests);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(_answer(text)), _connections.Stopping);
            connection.Client.Shutdown(SocketShutdown.Send);

            // Until the client has closed as well, so that nothing is reset that it has yet to read.
            while (await stream.ReadAsync(buffer, _connections.Stopping) > 0)
            {
            }
        }
    }

    private static bool IsWhole(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;

        const string Name = "\r\nContent-Length: ";
        var at = text.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        var length = at < 0 || at > end ? "0" : text[(at + Name.Length)..text.IndexOf("\r\n", at + 2, StringComparison.Ordinal)];
        return text.Length - end - 4 >= int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
    }
}
