using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>The certificates of the settings, against a TLS server.</summary>
public sealed class TlsCertificatesTests : IDisposable
{
    private const string Password = "hush-hush";
    private const string Answer = "HTTP/1.1 204 No Content\r\nx-oss-request-id: 1\r\nConnection: close\r\n\r\n";

    private readonly CertificateIssuer _issuer = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-certificates-").FullName;

    public void Dispose()
    {
        _issuer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OwnAuthority_IsTrustedForItsNamesOnly()
    {
        await using var server = Serving(_issuer.Issue("localhost"));
        await using var other = Serving(_issuer.Issue("other.example"));

        await AssertAnswersAsync(server, Trusting());
        var failure = await FailureAsync(other, Trusting());

        Assert.Equal($"DeleteObject failed: the certificate of localhost:{other.Port} is not accepted: it is for another host name.", failure.Message);
    }

    [Theory]
    [InlineData(-30, "it has expired or is not valid yet")]
    [InlineData(5, "it has expired or is not valid yet")]
    public async Task OwnAuthority_AcceptsNothingOutOfDate(int validSinceDays, string fault)
    {
        await using var server = Serving(_issuer.Issue("localhost", validSinceDays: validSinceDays));

        var failure = await FailureAsync(server, Trusting());

        Assert.Equal(OssFailureKind.Certificate, failure.Kind);
        Assert.EndsWith($"is not accepted: {fault}.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateOfAnotherAuthority_IsNotAccepted()
    {
        using var foreign = new CertificateIssuer();
        await using var server = Serving(foreign.Issue("localhost"));

        var failure = await FailureAsync(server, Trusting());

        Assert.EndsWith("is not accepted: its issuer is trusted neither by this machine nor by CertificateAuthority.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CertificateAuthority", TroubleAdvice.For(failure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertificateForClients_IsNotAcceptedFromAServer()
    {
        await using var server = Serving(_issuer.Issue("localhost", isForServer: false));

        Assert.EndsWith("is not accepted: NotValidForUsage.", (await FailureAsync(server, Trusting())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PEM in one file")]
    [InlineData("PEM in two files")]
    [InlineData("PEM with an encrypted key")]
    [InlineData("PFX")]
    [InlineData("PFX with a password")]
    public async Task ClientCertificate_IsShownWithItsChain(string form)
    {
        var seen = new TaskCompletionSource<(string? Subject, int Chain)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Serving(_issuer.Issue("localhost"), seen);

        await AssertAnswersAsync(server, WithClient(Trusting(), form));

        // A PFX of this test has no intermediate certificate in it.
        Assert.Equal(("CN=gateway-client", form.StartsWith("PFX", StringComparison.Ordinal) ? 0 : 1), await seen.Task.InTime());
    }

    [Theory]
    [InlineData("no file", "ClientCertificate: there is no file ")]
    [InlineData("folder", "ClientCertificate: the file ")]
    [InlineData("other text", "is neither a PEM nor a PFX file.")]
    [InlineData("no key", "has no private key; set ClientCertificateKey to the PEM file of its key.")]
    [InlineData("key of another", "ClientCertificateKey: the private key in ")]
    [InlineData("no key in the key's file", "ClientCertificateKey: ")]
    [InlineData("no file of the key", "ClientCertificateKey: there is no file ")]
    [InlineData("no password", "ClientCertificatePassword: must be set, since the private key in ")]
    [InlineData("wrong password", "ClientCertificatePassword: does not open the private key in ")]
    [InlineData("old encryption", "is encrypted in an old form that .NET does not read; convert it with 'openssl pkcs8 -topk8 -in old.key -out new.key'.")]
    [InlineData("PFX, no password", "ClientCertificatePassword: must be set, unless ")]
    [InlineData("PFX, wrong password", "ClientCertificatePassword: does not open ")]
    [InlineData("PFX and key", "ClientCertificateKey: is for PEM files")]
    [InlineData("key alone", "ClientCertificateKey: belongs to ClientCertificate; set that too.")]
    [InlineData("password alone", "ClientCertificatePassword: belongs to ClientCertificate; set that too.")]
    [InlineData("handler", "ClientCertificate: has no effect with HttpMessageHandler; leave one of the two out.")]
    public void ClientCertificateThatCannotBeUsed_IsAFault(string mistake, string part)
    {
        var fault = Assert.Single(Mistaken(mistake).Validate());

        Assert.Contains(part, fault, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, fault, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new OssClient(Mistaken(mistake)));
    }

    [Theory]
    [InlineData(null, "CertificateAuthority: there is no file ")]
    [InlineData("text", "has no certificate; it must be a PEM file, with '-----BEGIN CERTIFICATE-----' in it.")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "has a certificate that cannot be read.")]
    [InlineData("intermediate", "has no root certificate; add the one that its certificates were issued by.")]
    public void AuthorityThatCannotBeUsed_IsAFault(string? content, string part)
    {
        var options = Trusting();
        options.CertificateAuthority = content is null ? Path.Combine(_folder, "none.pem") : File("wrong.pem", content == "intermediate" ? _issuer.IntermediatePem : content);

        Assert.Contains(part, Assert.Single(options.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void RelativePath_IsNamedWithItsFolder()
    {
        var options = Trusting();
        options.CertificateAuthority = "none.pem";

        Assert.Equal($"CertificateAuthority: there is no file 'none.pem' in the working directory '{Directory.GetCurrentDirectory()}'.", Assert.Single(options.Validate()));
    }

    private static TcpServer Serving(IssuedCertificate issued, TaskCompletionSource<(string? Subject, int Chain)>? client = null) => new(async stream =>
    {
        using var certificate = X509CertificateLoader.LoadPkcs12(issued.Pfx, null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(issued.ChainPem);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                ClientCertificateRequired = client is not null,
                RemoteCertificateValidationCallback = (_, shown, sent, _) => client is null || client.TrySetResult((shown?.Subject, sent!.ChainPolicy.ExtraStore.Count)),
            },
            TestContext.Current.CancellationToken);
        await TcpServer.ReadHeadAsync(tls);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(Answer), TestContext.Current.CancellationToken);
    });

    private static async Task AssertAnswersAsync(TcpServer server, OssClientOptions options)
    {
        using var client = new OssClient(For(server, options));
        await client.DeleteObjectAsync("k", TestContext.Current.CancellationToken);
    }

    private static async Task<OssException> FailureAsync(TcpServer server, OssClientOptions options)
    {
        using var client = new OssClient(For(server, options));
        return await Assert.ThrowsAsync<OssException>(() => client.DeleteObjectAsync("k", TestContext.Current.CancellationToken));
    }

    private static OssClientOptions For(TcpServer server, OssClientOptions options)
    {
        options.Endpoint = $"https://localhost:{server.Port}";
        return options;
    }

    private OssClientOptions Trusting() => new()
    {
        Endpoint = "https://localhost",
        Bucket = "bucket",
        Region = "cn-hangzhou",
        Credentials = new StaticCredentialsProvider("ak", "sk"),
        ConnectTimeout = TimeSpan.FromSeconds(60),
        CertificateAuthority = File("root.pem", _issuer.RootPem),
        Proxy = new WebProxy(),
    };

    private OssClientOptions WithClient(OssClientOptions options, string form)
    {
        var client = _issuer.Issue("gateway-client", isForServer: false);
        (options.ClientCertificate, options.ClientCertificateKey, options.ClientCertificatePassword) = form switch
        {
            "PEM in one file" => (File("both.pem", client.ChainPem + "\n" + client.KeyPem), null, null),
            "PEM in two files" => (File("client.pem", client.ChainPem), File("client.key", client.KeyPem), null),
            "PEM with an encrypted key" => (File("client.pem", client.ChainPem), File("client.key", client.EncryptedKeyPem(Password)), Password),
            "PFX" => (File("client.pfx", client.Pfx), null, null),
            _ => ((string?)File("client.pfx", client.PfxWith(Password)), (string?)null, (string?)Password),
        };
        return options;
    }

    private OssClientOptions Mistaken(string mistake)
    {
        var options = Trusting();
        var client = _issuer.Issue("gateway-client", isForServer: false);
        var pem = File("client.pem", client.ChainPem);
        var pfx = File("client.pfx", client.PfxWith(Password));
        var none = Path.Combine(_folder, "none.pem");
        (options.ClientCertificate, options.ClientCertificateKey, options.ClientCertificatePassword) = mistake switch
        {
            "no file" => (none, null, null),
            "folder" => (_folder, null, null),
            "other text" => (File("text.txt", "certificate"), null, null),
            "no key" => (pem, null, null),
            "key of another" => (pem, File("other.key", _issuer.Issue("other", isForServer: false).KeyPem), null),
            "no key in the key's file" => (pem, pem + "", null),
            "no file of the key" => (pem, none, null),
            "no password" => (pem, File("client.key", client.EncryptedKeyPem(Password)), null),
            "wrong password" => (pem, File("client.key", client.EncryptedKeyPem("other")), Password),
            "old encryption" => (pem, File("client.key", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"), Password),
            "PFX, no password" => (pfx, null, null),
            "PFX, wrong password" => (File("client.pfx", client.PfxWith("other")), null, Password),
            "PFX and key" => (pfx, File("client.key", client.KeyPem), Password),
            "key alone" => (null, File("client.key", client.KeyPem), null),
            "password alone" => (null, null, Password),
            "handler" => ((string?)File("both.pem", client.ChainPem + "\n" + client.KeyPem), (string?)null, (string?)null),
            _ => throw new ArgumentOutOfRangeException(nameof(mistake)),
        };
        if (mistake == "no key in the key's file")
            options.ClientCertificateKey = File("empty.key", client.Pem);

        if (mistake == "handler")
            (options.HttpMessageHandler, options.CertificateAuthority) = (new SocketsHttpHandler(), null);

        return options;
    }

    private string File(string name, string content) => File(name, Encoding.ASCII.GetBytes(content));

    private string File(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }
}
