using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OssLogSinks.Emulator;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>doctor over https with a company's own root, and through a proxy with a password, as the sink's settings say.</summary>
public sealed class DoctorNetworkTests : IAsyncLifetime
{
    private static readonly string[] AllChecks = ["connection", "clock", "credentials", "append", "read", "clean up", "list"];

    private readonly string _folder = Directory.CreateTempSubdirectory("doctor-test-").FullName;
    private readonly X509Certificate2 _certificate = NewCertificate();
    private OssEmulator _emulator = null!;

    private string AuthorityFile => Path.Combine(_folder, "root.pem");

    public async ValueTask InitializeAsync()
    {
        _emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { Certificate = _certificate }, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(AuthorityFile, _certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OwnRoot_IsTrustedByEveryCheck()
    {
        var checks = await DoctorAsync(ExitCodes.Done, ("certificateAuthority", AuthorityFile));

        Assert.Equal(["name", .. AllChecks], checks.Keys);
        Assert.All(checks.Values, check => Assert.Equal("ok", check.GetProperty("state").GetString()));
        Assert.Contains("over TLS", Text(checks["connection"]));
    }

    [Fact]
    public async Task RootThatIsNotNamed_IsFoundWithItsSetting()
    {
        var checks = await DoctorAsync(ExitCodes.Found);

        Assert.Equal("failed", checks["connection"].GetProperty("state").GetString());
        Assert.Contains("certificateAuthority", checks["connection"].GetProperty("cure").GetString());
        Assert.Equal(["name", "connection", "bucket"], checks.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Proxy_CarriesEveryCheck(bool isHttps)
    {
        await using var proxy = new ForwardProxy("user", "proxy-password");
        await using var plain = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

        var checks = await DoctorAsync(
            ExitCodes.Done, ("endpoint", (isHttps ? _emulator : plain).Endpoint.ToString()), ("certificateAuthority", AuthorityFile), ("proxy", proxy.Address), ("proxyUser", "user"), ("proxyPassword", "proxy-password"));

        Assert.Equal(["proxy", .. AllChecks], checks.Keys);
        Assert.All(checks.Values, check => Assert.Equal("ok", check.GetProperty("state").GetString()));
        Assert.Contains(proxy.Passed, line => line.StartsWith(isHttps ? "CONNECT " : "POST http://", StringComparison.Ordinal));
        Assert.Contains("the setting proxy", Text(checks["proxy"]));
    }

    [Fact]
    public async Task WrongProxyPassword_IsFoundAndNotShown()
    {
        await using var proxy = new ForwardProxy("user", "proxy-password");

        var checks = await DoctorAsync(ExitCodes.Found, ("certificateAuthority", AuthorityFile), ("proxy", proxy.Address), ("proxyUser", "user"), ("proxyPassword", "wrong-password"));

        Assert.Equal(["proxy", "connection", "bucket"], checks.Keys);
        Assert.Equal("failed", checks["connection"].GetProperty("state").GetString());
        Assert.Contains("proxyPassword", checks["connection"].GetProperty("cure").GetString());
        Assert.DoesNotContain(checks.Values, check => check.GetRawText().Contains("wrong-password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ProxyThatIsDown_IsFound()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = $"http://{closed.LocalEndpoint}";
        closed.Stop();

        var checks = await DoctorAsync(ExitCodes.Found, ("proxy", address));

        Assert.Equal(["proxy", "bucket"], checks.Keys);
        Assert.Contains("proxyBypass", checks["proxy"].GetProperty("cure").GetString());
    }

    [Fact]
    public async Task BypassedHost_IsReachedDirectly()
    {
        await using var proxy = new ForwardProxy("user", "proxy-password");

        var checks = await DoctorAsync(ExitCodes.Done, ("certificateAuthority", AuthorityFile), ("proxy", proxy.Address), ("proxyBypass", "127.0.0.1, localhost"));

        Assert.Equal("name", checks.Keys.First());
        Assert.Empty(proxy.Passed);
    }

    [Theory]
    [InlineData("proxy", "proxy.example.com:8080")]
    [InlineData("certificateAuthority", "/no/such/file.pem")]
    public async Task FaultySetting_IsNamed(string setting, string value)
    {
        var outcome = await RunAsync((setting, value));

        Assert.Equal(ExitCodes.Usage, outcome.ExitCode);
        Assert.Contains(setting, outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    private static string Text(JsonElement check) => check.GetProperty("text").GetString()!;

    private async Task<Dictionary<string, JsonElement>> DoctorAsync(int exitCode, params (string Name, string Value)[] settings)
    {
        var outcome = await RunAsync(settings);
        Assert.Equal((exitCode, ""), (outcome.ExitCode, outcome.Error));
        return outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(check => check.GetProperty("check").GetString()!);
    }

    private async Task<ToolOutcome> RunAsync(params (string Name, string Value)[] settings)
    {
        var section = new Dictionary<string, string>
        {
            ["bucket"] = ToolTest.Bucket,
            ["endpoint"] = _emulator.Endpoint.ToString(),
            ["region"] = _emulator.Region,
            ["accessKeyId"] = _emulator.AccessKeyId,
            ["accessKeySecret"] = _emulator.AccessKeySecret,
        };
        foreach (var (name, value) in settings)
            section[name] = value;

        var file = Path.Combine(_folder, "appsettings.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { Logging = new { OssAppend = section } }), TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var host = new ToolHost { Output = output, Error = error, ReadVariable = _ => null };
        var code = await ToolApplication.RunAsync(["doctor", "--config", file, "--json"], host, TestContext.Current.CancellationToken);
        return new ToolOutcome(code, System.Text.Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=doctor test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(10));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
