using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace OssLogSinks.Emulator.Page;

/// <summary>
/// Reads the health or metrics of a site on this machine, so that the page can show them beside the traffic. It connects to the
/// loopback even if a name resolves to something else, follows no redirect, and reads a bounded text.
/// </summary>
internal sealed class SiteProbe(TimeProvider time)
{
    private const int MaxLength = 256 << 10;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = ConnectAsync,
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    public async Task ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(context.Request.Query["url"], UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || !url.IsLoopback)
        {
            await PageReply.ErrorAsync(context, 400, "Only an address of this machine can be shown, for example http://127.0.0.1:5000/health.").ConfigureAwait(false);
            return;
        }

        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var answer = await Client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var stream = await answer.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var buffer = new byte[MaxLength];
                var length = await stream.ReadAtLeastAsync(buffer, MaxLength, throwOnEndOfStream: false, either.Token).ConfigureAwait(false);
                await PageReply.JsonAsync(context, new { status = (int)answer.StatusCode, text = System.Text.Encoding.UTF8.GetString(buffer, 0, length) }).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await PageReply.ErrorAsync(context, 502, $"{url} does not answer. Is the site running?").ConfigureAwait(false);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
