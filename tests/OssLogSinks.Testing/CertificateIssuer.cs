using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OssLogSinks.Testing;

/// <summary>A company's own certificate authority: a root that nobody trusts, an intermediate one, and what that issues.</summary>
internal sealed class CertificateIssuer : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public CertificateIssuer()
    {
        var name = Guid.NewGuid().ToString("N");
        _root = NewAuthority($"CN=Root {name}", issuer: null);
        _intermediate = NewAuthority($"CN=Intermediate {name}", _root);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>The certificate of the root.</summary>
    public string RootPem => _root.ExportCertificatePem();

    /// <summary>The certificate of the intermediate authority, which the servers and clients send with their own.</summary>
    public string IntermediatePem => _intermediate.ExportCertificatePem();

    /// <summary>Issues a certificate for a host of that name and for the loopback's addresses, or for a client.</summary>
    /// <param name="name">The host or the client.</param>
    /// <param name="isForServer">Whether it is for a server; otherwise for a client.</param>
    /// <param name="validSinceDays">When its ten days begin, from now.</param>
    public IssuedCertificate Issue(string name, bool isForServer = true, int validSinceDays = -1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        names.AddIpAddress(System.Net.IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isForServer ? ServerAuthentication : ClientAuthentication)], critical: false));
        using var certificate = request.Create(_intermediate, Now.AddDays(validSinceDays), Now.AddDays(validSinceDays + 10), RandomNumberGenerator.GetBytes(8));
        using var own = certificate.CopyWithPrivateKey(key);
        return new IssuedCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), own.Export(X509ContentType.Pkcs12)) { ChainPem = certificate.ExportCertificatePem() + "\n" + IntermediatePem };
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static X509Certificate2 NewAuthority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        if (issuer is null)
            return request.CreateSelfSigned(Now.AddDays(-60), Now.AddDays(60));

        using var certificate = request.Create(issuer, Now.AddDays(-50), Now.AddDays(50), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}

/// <summary>A certificate with its private key.</summary>
internal sealed record IssuedCertificate(string Pem, string KeyPem, byte[] Pfx)
{
    /// <summary>The certificate, and the intermediate one that issued it.</summary>
    public required string ChainPem { get; init; }

    /// <summary>The private key, encrypted.</summary>
    public string EncryptedKeyPem(string password)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(KeyPem);
        return key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
    }

    /// <summary>Certificate and key in a PFX file with a password.</summary>
    public byte[] PfxWith(string password)
    {
        using var certificate = X509CertificateLoader.LoadPkcs12(Pfx, null, X509KeyStorageFlags.Exportable);
        return certificate.Export(X509ContentType.Pkcs12, password);
    }
}
