using System.Security.Cryptography.X509Certificates;
#if NET8_0_OR_GREATER
using System.Security.Cryptography;
using OssLogSinks.Core.Telemetry;
#endif

namespace OssLogSinks.Core.Client;

/// <summary>The certificates in the files that the settings name. A file that cannot be used is reported as a fault.</summary>
internal sealed class TlsCertificates : IDisposable
{
    private TlsCertificates(X509Certificate2Collection client, X509Certificate2Collection authorities)
    {
        Client = client;
        Authorities = authorities;
    }

    /// <summary>The client's certificate first, with its private key, then its intermediate ones; empty if there is none.</summary>
    public X509Certificate2Collection Client { get; }

    /// <summary>Root certificates to trust in addition to the machine's, and intermediate ones of the same file.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>Reads the files. Adds each fault as a sentence that names the setting and says how to correct it.</summary>
    public static TlsCertificates Read(OssClientOptions options, ICollection<string> faults)
    {
        var client = Given(options.ClientCertificate);
        var authority = Given(options.CertificateAuthority);
        CheckUse(options, client, authority, faults);
        return new TlsCertificates(
            client is null ? [] : CertificateFiles.ReadClient(client, Given(options.ClientCertificateKey), options.ClientCertificatePassword, faults),
            authority is null ? [] : CertificateFiles.ReadAuthorities(authority, faults));
    }

    /// <summary>The authorities once more, for an owner that lives longer than this.</summary>
    public X509Certificate2Collection CopyAuthorities() => [.. Authorities.Cast<X509Certificate2>().Select(authority => new X509Certificate2(authority))];

    public void Dispose()
    {
        foreach (var certificate in Client.Cast<X509Certificate2>().Concat(Authorities.Cast<X509Certificate2>()))
            certificate.Dispose();
    }

    // Configuration often contains empty strings; they count as not set.
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static void CheckUse(OssClientOptions options, string? client, string? authority, ICollection<string> faults)
    {
        if (client is null && Given(options.ClientCertificateKey) is not null)
            faults.Add("ClientCertificateKey: belongs to ClientCertificate; set that too.");

        if (client is null && Given(options.ClientCertificatePassword) is not null)
            faults.Add("ClientCertificatePassword: belongs to ClientCertificate; set that too.");

        if (options.HttpMessageHandler is null)
            return;

        if (client is not null)
            faults.Add("ClientCertificate: has no effect with HttpMessageHandler; leave one of the two out.");

        if (authority is not null)
            faults.Add("CertificateAuthority: has no effect with HttpMessageHandler; leave one of the two out.");
    }
}

#if NET8_0_OR_GREATER
/// <summary>Reads certificate files. A message names the file and never what is in it.</summary>
internal static class CertificateFiles
{
    private const string ConvertKey = "convert it with 'openssl pkcs8 -topk8 -in old.key -out new.key'";
    private const byte DerSequence = 0x30;

    public static X509Certificate2Collection ReadClient(string path, string? keyPath, string? password, ICollection<string> faults)
    {
        if (ReadFile("ClientCertificate", path, faults) is not { } content)
            return [];

        try
        {
            if (TextOf(content) is { } pem)
                return ReadPemClient(new PemClient(path, pem, keyPath ?? path, password), faults);

            if (keyPath is not null)
                faults.Add($"ClientCertificateKey: is for PEM files, but {SettingFault.Shown(path)} of ClientCertificate is none; leave it out, or write the certificate as PEM.");
            else if (content is [DerSequence, ..])
                return ReadPfxClient(path, content, password, faults);
            else
                faults.Add($"ClientCertificate: {SettingFault.Shown(path)} is neither a PEM nor a PFX file.");
        }
        catch (CryptographicException)
        {
            // The text of the exception depends on the operating system, so it is not quoted.
            faults.Add($"ClientCertificate: {SettingFault.Shown(path)} cannot be read: it is damaged, or has an algorithm that this platform does not know.");
        }

        return [];
    }

    public static X509Certificate2Collection ReadAuthorities(string path, ICollection<string> faults)
    {
        if (ReadFile("CertificateAuthority", path, faults) is not { } content)
            return [];

        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(TextOf(content) ?? "");
        }
        catch (CryptographicException)
        {
            faults.Add($"CertificateAuthority: {SettingFault.Shown(path)} has a certificate that cannot be read.");
            return [];
        }

        if (found.Count == 0)
            faults.Add($"CertificateAuthority: {SettingFault.Shown(path)} has no certificate; it must be a PEM file, with '-----BEGIN CERTIFICATE-----' in it.");
        else if (!found.Any(IsRoot))
            faults.Add($"CertificateAuthority: {SettingFault.Shown(path)} has no root certificate; add the one that its certificates were issued by.");
        return found;
    }

    /// <summary>Whether a certificate is its own issuer.</summary>
    public static bool IsRoot(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static byte[]? ReadFile(string setting, string path, ICollection<string> faults)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            faults.Add($"{setting}: there is no file {SettingFault.Shown(path)}{(Path.IsPathRooted(path) ? "" : $" in the working directory {SettingFault.Shown(Directory.GetCurrentDirectory())}")}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            faults.Add($"{setting}: the file {SettingFault.Shown(path)} cannot be read ({e.GetType().Name}); let this process read it.");
        }

        return null;
    }

    private static string? TextOf(byte[] content)
    {
        var text = System.Text.Encoding.ASCII.GetString(content);
        return text.Contains("-----BEGIN ", StringComparison.Ordinal) ? text : null;
    }

    private static X509Certificate2Collection ReadPemClient(PemClient client, ICollection<string> faults)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(client.Text);
        if (chain.Count == 0)
        {
            faults.Add($"ClientCertificate: {SettingFault.Shown(client.Path)} has no certificate.");
            return [];
        }

        var keyText = client.KeyPath == client.Path ? client.Text : ReadFile("ClientCertificateKey", client.KeyPath, faults) is { } content ? TextOf(content) ?? "" : null;
        if (keyText is null)
            return [];

        if (KeyFault(client, keyText) is { } fault)
        {
            faults.Add(fault);
            return [];
        }

        if (WithKey(client, chain[0], keyText, faults) is not { } own)
            return [];

        chain[0].Dispose();
        chain[0] = own;
        return chain;
    }

    private static string? KeyFault(PemClient client, string keyText)
    {
        if (!keyText.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return client.KeyPath == client.Path
                ? $"ClientCertificate: {SettingFault.Shown(client.Path)} has no private key; set ClientCertificateKey to the PEM file of its key."
                : $"ClientCertificateKey: {SettingFault.Shown(client.KeyPath)} has no private key.";
        }

        if (keyText.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            return $"{client.KeySetting}: the private key in {SettingFault.Shown(client.KeyPath)} is encrypted in an old form that .NET does not read; {ConvertKey}.";

        return IsEncrypted(keyText) && string.IsNullOrEmpty(client.Password)
            ? $"ClientCertificatePassword: must be set, since the private key in {SettingFault.Shown(client.KeyPath)} is encrypted."
            : null;
    }

    private static X509Certificate2? WithKey(PemClient client, X509Certificate2 certificate, string keyText, ICollection<string> faults)
    {
        var pem = certificate.ExportCertificatePem();
        try
        {
            using var own = IsEncrypted(keyText) ? X509Certificate2.CreateFromEncryptedPem(pem, keyText, client.Password) : X509Certificate2.CreateFromPem(pem, keyText);

            // On Windows, TLS takes a private key from the system's key storage only. Exporting and importing it puts it there.
            return new X509Certificate2(own.Export(X509ContentType.Pkcs12));
        }
        catch (ArgumentException)
        {
            faults.Add($"{client.KeySetting}: the private key in {SettingFault.Shown(client.KeyPath)} does not belong to the certificate in {SettingFault.Shown(client.Path)}.");
        }
        catch (CryptographicException) when (IsEncrypted(keyText))
        {
            faults.Add($"ClientCertificatePassword: does not open the private key in {SettingFault.Shown(client.KeyPath)}, or that is damaged.");
        }
        catch (CryptographicException)
        {
            faults.Add($"{client.KeySetting}: the private key in {SettingFault.Shown(client.KeyPath)} cannot be read, or does not belong to the certificate in {SettingFault.Shown(client.Path)}.");
        }

        return null;
    }

    private static bool IsEncrypted(string keyText) => keyText.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);

    private static X509Certificate2Collection ReadPfxClient(string path, byte[] content, string? password, ICollection<string> faults)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.Import(content, password);
        }
        catch (CryptographicException)
        {
            faults.Add(string.IsNullOrEmpty(password)
                ? $"ClientCertificatePassword: must be set, unless {SettingFault.Shown(path)} is damaged: it cannot be opened without a password."
                : $"ClientCertificatePassword: does not open {SettingFault.Shown(path)}, or that is damaged.");
            return [];
        }

        if (found.FirstOrDefault(certificate => certificate.HasPrivateKey) is not { } own)
        {
            faults.Add($"ClientCertificate: {SettingFault.Shown(path)} has no private key; export it together with its key.");
            return [];
        }

        found.Remove(own);
        found.Insert(0, own);
        return found;
    }

    /// <summary>A client certificate in PEM, and where its key is.</summary>
    private sealed record PemClient(string Path, string Text, string KeyPath, string? Password)
    {
        /// <summary>The setting that names the file of the key.</summary>
        public string KeySetting => KeyPath == Path ? "ClientCertificate" : "ClientCertificateKey";
    }
}
#else
/// <summary>
/// This platform cannot trust a certificate for one client alone, and reads no PEM files. So the settings are refused; otherwise they would
/// silently have no effect.
/// </summary>
internal static class CertificateFiles
{
    private const string NeedsNet8 = "needs .NET 8 or later; on this platform ";

    public static X509Certificate2Collection ReadClient(string path, string? keyPath, string? password, ICollection<string> faults)
    {
        _ = (path, keyPath, password);
        faults.Add($"ClientCertificate: {NeedsNet8}set HttpMessageHandler to a handler that has the certificate.");
        return [];
    }

    public static X509Certificate2Collection ReadAuthorities(string path, ICollection<string> faults)
    {
        _ = path;
        faults.Add($"CertificateAuthority: {NeedsNet8}add the certificate to the machine's trusted roots.");
        return [];
    }
}
#endif
