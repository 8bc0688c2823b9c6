using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>Serves every connection to a free port of the loopback with the same steps, then closes it.</summary>
internal sealed class TcpServer : IAsyncDisposable
{
    private const string Html = "Content-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<html>in</html>";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<NetworkStream, Task> _serve;
    private readonly Task _accepting;

    public TcpServer(Func<NetworkStream, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    public static X509Certificate2 NewCertificate(string name, int validSinceDays)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(validSinceDays), now.AddDays(validSinceDays + 10));

        // Windows serves no certificate whose key is in memory only.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    public static TcpServer Answering(string statusAndHeaders) => new(async stream =>
    {
        await ReadHeadAsync(stream);
        var isEmpty = statusAndHeaders.StartsWith("204", StringComparison.Ordinal);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {statusAndHeaders}\r\n" + (isEmpty ? "Connection: close\r\n\r\n" : Html)), Cancel);
        await DrainAsync(stream);
    });

    // Hello of TLS has no end of a head; some bytes of it are enough to answer.
    public static async Task ReadHeadAsync(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        var text = "";
        do
        {
            var count = await stream.ReadAsync(buffer, Cancel);
            if (count == 0)
                return;
            text += Encoding.ASCII.GetString(buffer, 0, count);
        }
        while (char.IsLetter(text[0]) && !text.Contains("\r\n\r\n", StringComparison.Ordinal));
    }

    // A socket closed with unread bytes resets its connection, and the answer may be lost with it.
    private static async Task DrainAsync(NetworkStream stream)
    {
        stream.Socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, Cancel) > 0)
        {
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptTcpClientAsync(Cancel);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                await _serve(connection.GetStream());
            }
            catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException)
            {
                // The client hung up, as some of these tests want it to.
            }
        }
    }
}
