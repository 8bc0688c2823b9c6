using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OssLogSinks.Emulator.Tool;

/// <summary>A self-signed certificate for the loopback, kept in a folder so that a client need not trust another one at each start.</summary>
internal sealed record LoopbackCertificate(X509Certificate2 Certificate, string PemFile)
{
    private const string PemName = "oss-emulator.pem";
    private const string KeyName = "oss-emulator.key";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    // A certificate is replaced at a start this long before it expires, so that it does not expire during a long test.
    private static readonly TimeSpan Renewal = TimeSpan.FromDays(7);

    /// <summary>The certificate of the folder; a new one if there is none, or if it cannot be read or expires within a week.</summary>
    public static LoopbackCertificate Open(string folder, TimeProvider time)
    {
        var pemFile = Path.GetFullPath(Path.Combine(folder, PemName));
        var keyFile = Path.Combine(folder, KeyName);
        if (!File.Exists(pemFile) || !File.Exists(keyFile) || IsOld(pemFile, keyFile, time))
            Create(folder, pemFile, keyFile, time);

        // Windows needs a key that is not only in memory.
        using var read = X509Certificate2.CreateFromPemFile(pemFile, keyFile);
        return new LoopbackCertificate(X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null), pemFile);
    }

    private static bool IsOld(string pemFile, string keyFile, TimeProvider time)
    {
        try
        {
            using var kept = X509Certificate2.CreateFromPemFile(pemFile, keyFile);
            return kept.NotAfter.ToUniversalTime() < time.GetUtcNow().UtcDateTime + Renewal;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }

    private static void Create(string folder, string pemFile, string keyFile, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=oss-emulator", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("*.localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now + Lifetime);

        Directory.CreateDirectory(folder);
        WritePrivate(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(pemFile, certificate.ExportCertificatePem() + "\n");
    }

    private static void WritePrivate(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
