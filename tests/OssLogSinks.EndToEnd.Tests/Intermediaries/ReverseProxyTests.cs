using System.Net;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;
using OssLogSinks.Testing;

namespace OssLogSinks.EndToEnd.Tests.Intermediaries;

/// <summary>nginx between the sink and OSS: a gateway that ends TLS, with a certificate of a company's own authority.</summary>
public sealed class ReverseProxyTests : IDisposable
{
    private const int Wave = 500;

    private readonly CertificateIssuer _issuer = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _issuer.Dispose();

    [Fact]
    public async Task TlsOfOwnAuthority_DeliversEachEventOnce()
    {
        Intermediary.RequireInstalled(Nginx.Needed);
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        await using var nginx = new Nginx(emulator, IPAddress.Loopback, _issuer);
        await nginx.StartAsync();

        await using (var appender = new OssAppender(OptionsFor(emulator, nginx)))
            await AppendAsync(appender, 0, Wave);

        Assert.Equal(Expected(Wave), emulator.Lines());
        Assert.Contains("POST /logs/app.log?append&position=0", await nginx.LogAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("::1", false)]
    [InlineData("::1", true)]
    public async Task IPv6_DeliversEachEventOnce(string address, bool hasTls)
    {
        Intermediary.RequireInstalled(Nginx.Needed);
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        await using var nginx = new Nginx(emulator, IPAddress.Parse(address), hasTls ? _issuer : null);
        await nginx.StartAsync();
        var options = OptionsFor(emulator, nginx);
        options.Endpoint = $"{(hasTls ? "https" : "http")}://[{address}]:{nginx.Port}";

        await using (var appender = new OssAppender(options))
            await AppendAsync(appender, 0, Wave);

        Assert.Equal(Expected(Wave), emulator.Lines());
    }

    [Fact]
    public async Task GatewayThatAsksForACertificate_GetsIt()
    {
        Intermediary.RequireInstalled(Nginx.Needed);
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        await using var nginx = new Nginx(emulator, IPAddress.Loopback, _issuer, asksForClients: true);
        await nginx.StartAsync();
        var client = _issuer.Issue("app", isForServer: false);
        var options = OptionsFor(emulator, nginx);
        (options.ClientCertificate, options.ClientCertificateKey, options.ClientCertificatePassword) = (Path.Combine(nginx.Folder, "client.pem"), Path.Combine(nginx.Folder, "client.key"), "hush");
        await File.WriteAllTextAsync(options.ClientCertificate, client.ChainPem, Cancel);
        await File.WriteAllTextAsync(options.ClientCertificateKey, client.EncryptedKeyPem("hush"), Cancel);

        await using (var appender = new OssAppender(options))
            await AppendAsync(appender, 0, Wave);

        Assert.Equal(Expected(Wave), emulator.Lines());
    }

    [Fact]
    public async Task GatewayThatGetsNoCertificate_IsReported()
    {
        Intermediary.RequireInstalled(Nginx.Needed);
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        await using var nginx = new Nginx(emulator, IPAddress.Loopback, _issuer, asksForClients: true);
        await nginx.StartAsync();

        var report = await FirstReportAsync(OptionsFor(emulator, nginx));

        Assert.Contains($"localhost:{nginx.Port} answered with status 400 but without an OSS request id, so this is not OSS.", report, StringComparison.Ordinal);
        Assert.Empty(emulator.Requests);
    }

    [Fact]
    public async Task CertificateWithoutItsAuthority_IsReported()
    {
        Intermediary.RequireInstalled(Nginx.Needed);
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        await using var nginx = new Nginx(emulator, IPAddress.Loopback, _issuer);
        await nginx.StartAsync();
        var options = OptionsFor(emulator, nginx);
        options.CertificateAuthority = null;

        var report = await FirstReportAsync(options);

        Assert.Contains($"the certificate of localhost:{nginx.Port} is not accepted: this machine does not trust its issuer.", report, StringComparison.Ordinal);
        Assert.Contains("CertificateAuthority", report, StringComparison.Ordinal);
    }

    // Requests are on their way at each of these moments: answers get lost, and appends are in doubt.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GatewayThatRestartsAndReloads_DeliversEachEventOnce(bool hasTls)
    {
        const int rounds = 3;
        const int events = 3 * Wave;
        Intermediary.RequireInstalled(Nginx.Needed);
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        await using var nginx = new Nginx(emulator, IPAddress.Loopback, hasTls ? _issuer : null);
        await nginx.StartAsync();
        await using (var appender = new OssAppender(OptionsFor(emulator, nginx)))
        {
            for (var first = 0; first < rounds * events; first += events)
            {
                await AppendDuringAsync(() => nginx.SignalAsync("HUP"), emulator, appender, first);
                await AppendDuringAsync(nginx.StopAsync, emulator, appender, first + Wave);

                var retries = appender.GetSnapshot().Retries;
                await AppendAsync(appender, first + (2 * Wave), Wave);
                await Wait.UntilAsync(() => appender.GetSnapshot().Retries > retries);
                await nginx.StartAsync();
            }

            Assert.True(await appender.FlushAsync(Cancel));
        }

        Assert.Equal(Expected(rounds * events), emulator.Lines());
    }

    private static IEnumerable<string> Expected(int count) => Enumerable.Range(0, count).Select(i => $"event {i}");

    private static async Task AppendDuringAsync(Func<Task> trouble, OssEmulator emulator, OssAppender appender, int first)
    {
        var appended = emulator.Appends();
        var appending = AppendAsync(appender, first, Wave);
        await Wait.UntilAsync(() => emulator.Appends() > appended);
        await trouble();
        await appending;
    }

    private static async Task AppendAsync(OssAppender appender, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            Assert.True(await appender.AppendAsync(new LogRecord(TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes($"event {i}\n")), Cancel));
    }

    private static OssAppenderOptions OptionsFor(OssEmulator emulator, Nginx nginx)
    {
        var options = emulator.AppenderOptions();
        options.Endpoint = nginx.Endpoint;
        options.CertificateAuthority = File.Exists(nginx.Authority) ? nginx.Authority : null;
        options.ConnectTimeout = TimeSpan.FromSeconds(60);
        options.CloseTimeout = TimeSpan.FromMinutes(2);
        options.AppendInterval = TimeSpan.Zero;
        return options;
    }

    private static async Task<string> FirstReportAsync(OssAppenderOptions options)
    {
        var reports = new Reports();
        options.Diagnostics = reports;
        options.CloseTimeout = TimeSpan.Zero;
        await using var appender = new OssAppender(options);
        await AppendAsync(appender, 0, 1);
        return await reports.First.InTime();
    }
}
