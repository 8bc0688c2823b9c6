using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>
/// A socket between a client and an honest server. It gives a hostile answer some times; from then on it only passes bytes on, on new
/// connections.
/// </summary>
internal sealed class HostileServer : IAsyncDisposable
{
    /// <summary>How many hostile answers it gives at most.</summary>
    public const int Answers = 4;

    private readonly LoopbackConnections _connections = new();
    private readonly TaskCompletionSource _honest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HostileAnswer _answer;
    private readonly Uri _behind;
    private readonly bool _stores;
    private readonly string _elsewhere;
    private int _requests;
    private int _answered;
    private int _appends;
    private long _mostTaken;

    /// <param name="answer">What it answers.</param>
    /// <param name="behind">The honest server.</param>
    /// <param name="stores">Whether an append is stored before its hostile answer; otherwise it is never stored.</param>
    /// <param name="elsewhere">Where redirects lead to.</param>
    public HostileServer(HostileAnswer answer, Uri behind, bool stores, string elsewhere)
    {
        _answer = answer;
        _behind = behind;
        _stores = stores || answer.Target == HostileTarget.Get;
        _elsewhere = elsewhere;
        _connections.Serve(ServeAsync);
    }

    public int Port => _connections.Port;

    /// <summary>Requests, and connections that ended before one, until it turned honest.</summary>
    public int HostileRequests => Volatile.Read(ref _requests);

    public bool IsHonest => _honest.Task.IsCompleted;

    /// <summary>Completes when it has turned honest.</summary>
    public Task Honest => _honest.Task;

    public void TurnHonest() => _honest.TrySetResult();

    /// <summary>The most bytes of one endless answer that went out.</summary>
    public long MostTaken => Interlocked.Read(ref _mostTaken);

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private static bool IsHangUp(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException or InvalidOperationException;

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            var stream = connection.GetStream();
            var exchange = new HostileExchange(connection.Client, stream, _elsewhere, _connections.Stopping);
            try
            {
                if (IsHonest)
                    await TunnelAsync([], stream);
                else if (_answer.Target == HostileTarget.Connection)
                    await AnswerAsync(exchange);
                else
                    await ServeRequestsAsync(exchange, stream);
            }
            catch (Exception e) when (IsHangUp(e))
            {
                // The client hung up, as it should.
            }
            finally
            {
                InterlockedMax(exchange.BytesTaken);
            }
        }
    }

    private async Task ServeRequestsAsync(HostileExchange exchange, NetworkStream stream)
    {
        while (await ReadRequestAsync(exchange, stream) is { } request)
        {
            if (IsHonest)
            {
                await TunnelAsync(request, stream);
                return;
            }

            Interlocked.Increment(ref _requests);
            var appends = exchange.IsAppend ? Interlocked.Increment(ref _appends) : Volatile.Read(ref _appends);
            if (exchange.IsAppend && _stores)
                await AskAsync(request);

            if (IsAimedAt(exchange, appends))
            {
                await AnswerAsync(exchange);
                return;
            }

            if (exchange.IsAppend)
            {
                await exchange.ResetAsync();
                return;
            }

            var answer = await AskAsync(request);
            await exchange.SendAsync(_answer.Target == HostileTarget.Get && exchange.IsHead ? WithoutCrc64(answer) : answer);
        }
    }

    private bool IsAimedAt(HostileExchange exchange, int appends) => _answer.Target switch
    {
        HostileTarget.Append => exchange.IsAppend,
        HostileTarget.Head => exchange.IsHead && appends > 0,
        HostileTarget.Get => exchange.IsGet,
        _ => true,
    };

    private async Task AnswerAsync(HostileExchange exchange)
    {
        if (Interlocked.Increment(ref _answered) >= Answers)
            _honest.TrySetResult();
        if (_answer.Target == HostileTarget.Connection)
            Interlocked.Increment(ref _requests);
        await _answer.Serve(exchange);
        await exchange.EndAsync();
    }

    // Null at the connection's end.
    private async Task<byte[]?> ReadRequestAsync(HostileExchange exchange, NetworkStream stream)
    {
        var request = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, _connections.Stopping);
            if (count == 0)
                return null;

            request.Write(buffer, 0, count);
            var text = Encoding.Latin1.GetString(request.GetBuffer(), 0, (int)request.Length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
                continue;

            (exchange.Head, exchange.BodyLength) = (text[..end], LengthIn(text[..end]));
            if (request.Length >= end + 4 + exchange.BodyLength)
                return request.ToArray();
        }
    }

    private static long LengthIn(string head)
    {
        const string Name = "\r\nContent-Length: ";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : long.Parse(head[(at + Name.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
    }

    // The honest server's answer to one request.
    private async Task<byte[]> AskAsync(byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_behind.Host, _behind.Port, _connections.Stopping);
        var stream = client.GetStream();
        var end = Encoding.Latin1.GetString(request).IndexOf("\r\n", StringComparison.Ordinal);
        await stream.WriteAsync(request.AsMemory(0, end), _connections.Stopping);
        await stream.WriteAsync("\r\nConnection: close"u8.ToArray(), _connections.Stopping);
        await stream.WriteAsync(request.AsMemory(end), _connections.Stopping);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, _connections.Stopping);
        return answer.ToArray();
    }

    private static byte[] WithoutCrc64(byte[] answer) =>
        Encoding.Latin1.GetBytes(string.Join("\r\n", Encoding.Latin1.GetString(answer).Split("\r\n").Where(line => !line.StartsWith("x-oss-hash-crc64ecma", StringComparison.OrdinalIgnoreCase))));

    private async Task TunnelAsync(byte[] first, NetworkStream stream)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_behind.Host, _behind.Port, _connections.Stopping);
        var behind = client.GetStream();
        await behind.WriteAsync(first, _connections.Stopping);
        var up = stream.CopyToAsync(behind, _connections.Stopping);
        var down = behind.CopyToAsync(stream, _connections.Stopping);
        await Task.WhenAny(up, down);
    }

    private void InterlockedMax(long taken)
    {
        var most = Interlocked.Read(ref _mostTaken);
        while (taken > most && Interlocked.CompareExchange(ref _mostTaken, taken, most) is var seen && seen != most)
            most = seen;
    }
}
