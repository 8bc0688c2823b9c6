using System.Net;
using System.Security.Cryptography.X509Certificates;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

/// <summary>Requests for credentials go through the client's proxy, and trust its certificate authority.</summary>
public sealed class CredentialsNetworkTests : IDisposable
{
    private const string Sts = "sts.aliyuncs.com";

    private readonly CertificateIssuer _issuer = new();
    private readonly string _authority = Path.GetTempFileName();
    private readonly X509Certificate2 _certificate;

    public CredentialsNetworkTests()
    {
        File.WriteAllText(_authority, _issuer.RootPem + "\n" + _issuer.IntermediatePem);
        _certificate = X509CertificateLoader.LoadPkcs12(_issuer.Issue(Sts).Pfx, null);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _certificate.Dispose();
        _issuer.Dispose();
        File.Delete(_authority);
    }

    [Theory]
    [InlineData("Oidc")]
    [InlineData("AssumeRole:acs:ram::1:role/x;source=Profile:caller")]
    public async Task Sts_IsAskedThroughTheProxyOfTheClient(string word)
    {
        await using var world = await StartAsync();
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!) { Password = "app:proxy-password" };

        var credentials = await GetAsync(world.Provider(word), proxy, "proxy-password");

        Assert.Equal("STS.1", credentials.AccessKeyId);
        Assert.Equal($"CONNECT {Sts}:443 HTTP/1.1", Assert.Single(proxy.Requests.Distinct()));
        Assert.Equal(Sts, Assert.Single(world.Server.Requests).Headers["Host"]);
    }

    [Fact]
    public async Task SourceInCode_IsAskedThroughTheProxyToo()
    {
        await using var world = await StartAsync();
        world.Server.Caller = world.Temporary(1);
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!);
        var provider = new AssumeRoleCredentialsProvider("acs:ram::1:role/x", world.Provider("Oidc"));

        Assert.Equal("STS.2", (await GetAsync(provider, proxy)).AccessKeyId);

        Assert.Equal(["AssumeRoleWithOIDC", "AssumeRole"], world.Server.Requests.Select(request => request.Query["Action"]));
        Assert.All(proxy.Requests, line => Assert.StartsWith("CONNECT " + Sts, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FarCredentialsUri_IsAskedThroughTheProxy()
    {
        await using var world = await StartAsync();
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!);

        Assert.Equal("STS.1", (await GetAsync(world.Provider($"Uri:https://{Sts}/c?key=hush"), proxy)).AccessKeyId);
        Assert.Equal($"CONNECT {Sts}:443 HTTP/1.1", Assert.Single(proxy.Requests));
    }

    [Fact]
    public async Task NearCredentialsUri_IsTrustedAndAskedDirectly()
    {
        await using var world = await StartAsync();
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!);

        Assert.Equal("STS.1", (await GetAsync(world.Provider($"Uri:{world.Server.SecureAddress}c"), proxy)).AccessKeyId);
        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task MetadataService_IsNeverAskedThroughTheProxy()
    {
        await using var world = await StartAsync();
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!);

        Assert.Equal("STS.1", (await GetAsync(world.Provider("RamRole"), proxy)).AccessKeyId);
        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task ProxyWithoutAPassword_IsNamed()
    {
        await using var world = await StartAsync();
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!) { Password = "app:proxy-password" };

        var failure = await FailureAsync(world.Provider("Oidc"), proxy);

        Assert.Contains($"STS at {Sts} cannot be reached: the proxy {proxy.Place} asks for a user name and a password (status 407).", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateOfAnUnknownIssuer_IsRefusedWithItsReason()
    {
        await using var world = await StartAsync();
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!);
        await File.WriteAllTextAsync(_authority, "", Cancel);

        var failure = await FailureAsync(world.Provider("Oidc"), proxy);

        Assert.Contains($"STS at {Sts} cannot be reached: the certificate of {Sts}:443 is not accepted: this machine does not trust its issuer.", failure, StringComparison.Ordinal);
        Assert.Empty(world.Server.Requests);
    }

    [Fact]
    public async Task CertificateOfAnotherHost_IsRefusedWithItsReason()
    {
        await using var world = await StartAsync();
        world.With("ALIBABA_CLOUD_STS_REGION", "cn-hangzhou");
        await using var proxy = new TunnelProxy(world.Server.SecureAddress!);

        Assert.Contains("is not accepted: it is for another host name", await FailureAsync(world.Provider("Oidc"), proxy), StringComparison.Ordinal);
    }

    private async Task<CredentialsWorld> StartAsync()
    {
        var world = await CredentialsWorld.StartAsync(TimeProvider.System, _certificate);
        world.SetUpRrsa();
        world.WriteFile(".aliyun/config.json", """{"profiles":[{"name":"caller","mode":"AK","access_key_id":"LTAIcaller","access_key_secret":"caller-secret"}]}""");
        return world;
    }

    private OssRequestCredentials Requests(IOssCredentialsProvider provider, TunnelProxy proxy, string? password) => new(new OssClientOptions
    {
        Region = "cn-hangzhou",
        Bucket = "examplebucket",
        Credentials = provider,
        Proxy = new WebProxy(proxy.Url) { Credentials = password is null ? null : new NetworkCredential("app", password) },
        CertificateAuthority = new FileInfo(_authority).Length > 0 ? _authority : null,
    });

    private async Task<OssCredentials> GetAsync(IOssCredentialsProvider provider, TunnelProxy proxy, string? password = null) =>
        await Requests(provider, proxy, password).GetAsync(null, Cancel);

    private async Task<string> FailureAsync(IOssCredentialsProvider provider, TunnelProxy proxy) =>
        (await Assert.ThrowsAsync<OssCredentialsException>(() => Requests(provider, proxy, null).GetAsync(null, Cancel).AsTask())).Message;
}
