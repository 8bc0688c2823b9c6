using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Client;
using static OssLogSinks.Core.Telemetry.OssFailureKind;

namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Trouble with the connection itself: before, during and after a request, and in TLS.</summary>
internal static class HostileConnections
{
    private const string Ok = "HTTP/1.1 200 OK\n";

    public static IEnumerable<HostileAnswer> All =>
    [
        At("closed when accepted", _ => Task.CompletedTask, ConnectionLost),
        At("reset when accepted", exchange => exchange.ResetAsync(), ConnectionLost),
        At("accepted and silent", exchange => exchange.SilenceAsync(), NoAnswer) with { IsEndless = true },
        At("banner of a mail server", exchange => exchange.SendAsync("220 mail.example ESMTP\r\n"), NotOss, ConnectionLost),
        At("answer before the request", exchange => exchange.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), NotOss, ConnectionLost),
        At("endless noise", exchange => exchange.RepeatAsync("\u0080\u00ff\0\u0001"), NotOss, ConnectionLost),

        After("closed after the request", _ => Task.CompletedTask, ConnectionLost),
        After("reset after the request", exchange => exchange.ResetAsync(), ConnectionLost),
        After("silent after the request", exchange => exchange.SilenceAsync(), NoAnswer) with { IsEndless = true },
        After("closed within the status line", exchange => exchange.SendAsync("HTTP/1.1 20"), ConnectionLost, NotOss),
        After("reset within the status line", async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 20");
            await exchange.ResetAsync();
        }, ConnectionLost),
        After("closed within the head", exchange => exchange.SendAsync(exchange.Fill(Ok + "{id}\nx-oss-next-append-po")), ConnectionLost, NotOss),
        After("head without its last line", exchange => exchange.SendAsync(exchange.Fill(Ok + "{id}\nx-oss-next-append-position: {next}\nContent-Length: 0\n")), ConnectionLost, NotOss),
        After("status line that drips", exchange => exchange.DripAsync("HTTP/1.1 200 OK OK OK OK OK OK OK OK OK OK OK OK"), NoAnswer) with { IsEndless = true },
        After("head that drips", exchange => exchange.DripAsync("HTTP/1.1 200 OK\r\na: b\r\nc: d\r\n"), NoAnswer, NotOss) with { IsEndless = true },
        After("silent within the head", async exchange =>
        {
            await exchange.SendAsync(exchange.Fill(Ok + "{id}\n"));
            await exchange.SilenceAsync();
        }, NoAnswer) with { IsEndless = true },

        Tls("TLS: certificate for another name", "other.example", -1, "it is for another host name"),
        Tls("TLS: expired certificate", "localhost", -30, "it has expired or is not valid yet"),
        Tls("TLS: certificate that is not valid yet", "localhost", 5, "it has expired or is not valid yet"),
        Tls("TLS: self-signed certificate", "localhost", -1, "this machine does not trust its issuer"),
        Hello("TLS: plain text", exchange => exchange.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), OssFailureKind.Tls),
        Hello("TLS: closed after the hello", _ => Task.CompletedTask, OssFailureKind.Tls),
        Hello("TLS: reset after the hello", exchange => exchange.ResetAsync(), OssFailureKind.Tls, ConnectionLost),
        Hello("TLS: alert handshake_failure", exchange => exchange.SendAsync([0x15, 3, 3, 0, 2, 2, 40]), OssFailureKind.Tls),
        Hello("TLS: answer in SSL 3.0", exchange => exchange.SendAsync([0x16, 3, 0, 0, 4, 2, 0, 0, 0]), OssFailureKind.Tls),
        Hello("TLS: half a record", exchange => exchange.SendAsync([0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc]), OssFailureKind.Tls),
        Hello("TLS: endless records", exchange => exchange.RepeatAsync("\u0016\u0003\u0003\0\u0001\u0002"), OssFailureKind.Tls),
        Hello("TLS: silent after the hello", exchange => exchange.SilenceAsync(), ConnectTimeout) with { IsEndless = true },
        Hello("TLS: handshake that drips", exchange => exchange.DripAsync("\u0016\u0003\u0003\u0040\0\u0002\0\u003f\u00fc\u0003\u0003"), ConnectTimeout, OssFailureKind.Tls) with { IsEndless = true },
#pragma warning disable SYSLIB0039, CA5397 // What an old server speaks.
        Old("TLS 1.0", SslProtocols.Tls),
        Old("TLS 1.1", SslProtocols.Tls11),
#pragma warning restore SYSLIB0039, CA5397
    ];

    private static HostileAnswer At(string name, Func<HostileExchange, Task> serve, params OssFailureKind[] kinds) =>
        new HostileAnswer(name, HostileTarget.Connection, serve, kinds);

    private static HostileAnswer After(string name, Func<HostileExchange, Task> serve, params OssFailureKind[] kinds) =>
        new HostileAnswer(name, HostileTarget.Append, serve, kinds);

    private static HostileAnswer Hello(string name, Func<HostileExchange, Task> serve, params OssFailureKind[] kinds) =>
        new HostileAnswer(name, HostileTarget.Connection, async exchange =>
        {
            await TcpServer.ReadHeadAsync(exchange.Stream);
            await serve(exchange);
        }, kinds) with
        { IsTls = true };

    private static HostileAnswer Tls(string name, string host, int validSinceDays, string says) =>
        new HostileAnswer(name, HostileTarget.Connection, async exchange =>
        {
            using var certificate = TcpServer.NewCertificate(host, validSinceDays);
            await ShakeHandsAsync(exchange, certificate, SslProtocols.None);
        }, Certificate) with
        { IsTls = true, Says = says };

    private static HostileAnswer Old(string name, SslProtocols protocol) =>
        new HostileAnswer("TLS: only " + name, HostileTarget.Connection, async exchange =>
        {
            using var certificate = TcpServer.NewCertificate("localhost", -1);
            await ShakeHandsAsync(exchange, certificate, protocol);
        }, OssFailureKind.Tls) with
        { IsTls = true };

    private static async Task ShakeHandsAsync(HostileExchange exchange, X509Certificate2 certificate, SslProtocols protocol)
    {
        await using var tls = new SslStream(exchange.Stream, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsServerAsync(certificate, clientCertificateRequired: false, protocol, checkCertificateRevocation: false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
        {
            // The client refuses, as it should.
        }
    }
}
